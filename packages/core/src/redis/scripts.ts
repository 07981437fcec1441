import { createHash } from 'node:crypto'
import type { Client, Script, Values } from './client.ts'
import { isReply } from './failure.ts'
import {
  askLua,
  claimLua,
  identifyLua,
  invalidateLua,
  limitAliveLua,
  limitBlockLua,
  limitCheckLua,
  limitEachLua,
  limitGiveBackLua,
  limitPermitsLua,
  releaseLua,
  sessionAdmitLua,
  sessionCommitLua,
  sessionCreateLua,
  sessionEndLua,
  sessionListLua,
  sessionLoadLua,
  sessionMembersLua,
  sessionNoteLua,
  sessionReadLua,
  sessionRevokeAllLua,
  sessionRevokeLua,
  sessionRotateLua,
  sessionStatisticsLua,
  snapshotLua,
  touchLua,
  writeLua,
} from './scripts.generated.ts'

export const ask: Script = script(askLua)
export const claim: Script = script(claimLua)
export const identify: Script = script(identifyLua)
export const invalidate: Script = script(invalidateLua)
export const release: Script = script(releaseLua)
export const snapshot: Script = script(snapshotLua)
export const touch: Script = script(touchLua)
export const write: Script = script(writeLua)

export const limitAlive: Script = script(limitAliveLua)
export const limitBlock: Script = script(limitBlockLua)
export const limitCheck: Script = script(limitCheckLua)
export const limitEach: Script = script(limitEachLua)
export const limitGiveBack: Script = script(limitGiveBackLua)
export const limitPermits: Script = script(limitPermitsLua)

export const sessionAdmit: Script = script(sessionAdmitLua)
export const sessionCommit: Script = script(sessionCommitLua)
export const sessionCreate: Script = script(sessionCreateLua)
export const sessionEnd: Script = script(sessionEndLua)
export const sessionList: Script = script(sessionListLua)
export const sessionLoad: Script = script(sessionLoadLua)
export const sessionMembers: Script = script(sessionMembersLua)
export const sessionNote: Script = script(sessionNoteLua)
export const sessionRead: Script = script(sessionReadLua)
export const sessionRevoke: Script = script(sessionRevokeLua)
export const sessionRevokeAll: Script = script(sessionRevokeAllLua)
export const sessionRotate: Script = script(sessionRotateLua)
export const sessionStatistics: Script = script(sessionStatisticsLua)

/**
 * Runs a script over one key by its hash. Where Redis does not have it, nothing ran, and the text is sent, the only
 * thing that is ever sent a second time.
 *
 * @param wanted false once nobody waits for the result.
 * @param asking the key is on its way to this node of a Cluster.
 */
export async function run(
  client: Client,
  plain: Script,
  key: string,
  values: Values,
  wanted: () => boolean,
  asking: boolean,
): Promise<unknown> {
  const { sha, text } = formOf(client, plain)
  try {
    if (asking) announce(client)
    return await client.call('evalsha', [sha, 1, key, ...values])
  } catch (error) {
    if (!isReply(error, 'NOSCRIPT') || !wanted()) throw error
    if (asking) announce(client)
    return client.call('eval', [text, 1, key, ...values])
  }
}

/** The same over several keys of one slot; what it replies are bytes where {@link run} gives text. */
export function runForBytes(
  client: Client,
  plain: Script,
  keys: readonly string[],
  values: Values,
  wanted: () => boolean,
  asking: boolean,
): Promise<unknown> {
  const { sha, text } = formOf(client, plain)
  if (asking) announce(client)
  // Not async: this is the path of every session and every check of a limit.
  return client.callBuffer('evalsha', [sha, keys.length, ...keys, ...values]).catch((error: unknown) => {
    if (!isReply(error, 'NOSCRIPT') || !wanted()) throw error
    if (asking) announce(client)
    return client.callBuffer('eval', [text, keys.length, ...keys, ...values])
  })
}

/** Goes right before a command about a key that is on its way to this node of a Cluster. */
export function announce(client: Client): void {
  // Where it fails, the command is redirected.
  client.call('asking', []).catch(() => {})
}

/** Sends the texts ahead of their first use. Economy: where it does not work, {@link run} sends them when needed. */
export function load(client: Client, scripts: readonly Script[]): void {
  for (const { text } of scripts) client.call('script', ['LOAD', text]).catch(() => {})
}

/** A script in the form that a client can give arguments to. */
export function formOf(client: Client, plain: Script): Script {
  return client.formOf?.(plain) ?? plain
}

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
