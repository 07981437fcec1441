import type { ReadReply, ReadRequest } from '../cache/cache-store.ts'
import { namespacesAmong } from '../invalidation/names.ts'
import { resultOf, sendTogether, type Step } from './batch.ts'
import type { Client, Reply } from './client.ts'
import { isReply } from './failure.ts'
import { answerOf, snapshotFields, snapshotOf } from './replies.ts'
import { ask, snapshot } from './scripts.ts'
import type { Wanted } from './servers.ts'

/** Reads one entry. Something other than bytes under an entry's key is not ours, so there is no entry. */
export function readLone(client: Client, key: string): Promise<ReadReply> {
  // Not async: this is the path of every hit.
  return client.callBuffer('get', [key]).then(lone, loneProblem)
}

/** Reads several entries of one server; of something other than bytes Redis gives nothing here. */
export function readSeveral(client: Client, keys: readonly string[]): Promise<ReadReply> {
  if (keys.length === 0) return Promise.resolve({ entries: [], snapshot: undefined, answer: undefined })
  return client
    .callBuffer('mget', keys)
    .then((found) => ({ entries: severalOf(found), snapshot: undefined, answer: undefined }))
}

/** What came of one of several entries. */
export type EntryReply =
  | { readonly kind: 'read'; readonly bytes: Uint8Array | undefined }
  /** Its slot is another node's. */
  | { readonly kind: 'elsewhere' }
  /** The server refused this one. */
  | { readonly kind: 'failed'; readonly error: Error }

/** Several entries in one write; each may fail alone, as where its slot has moved. */
export async function getEntries(client: Client, keys: readonly string[]): Promise<readonly EntryReply[]> {
  const pipeline = client.pipeline()
  for (const key of keys) pipeline.callBuffer('get', [key])
  const replies = (await pipeline.exec()) ?? []
  return keys.map((_, n) => {
    const [error, value] = replies[n] ?? []
    if (isReply(error, 'MOVED') || isReply(error, 'ASK')) return { kind: 'elsewhere' }
    // The connection was lost: a pipeline that got no reply at all would pass for an answered call.
    if (error && !isReply(error)) throw error
    if (error && !isReply(error, 'WRONGTYPE')) return { kind: 'failed', error }
    return { kind: 'read', bytes: value instanceof Uint8Array ? value : undefined }
  })
}

/** Parts of a read that are on one server: keys in full. */
export interface ReadTogether extends ReadRequest {
  readonly viewKey: string
  /** See {@link Servers.connected}. */
  readonly connected: boolean
}

/**
 * Everything of one read in one write: the question, the entries, and last the snapshot that decides them. Several entries
 * are one command: each command costs this process and Redis about as much as a small entry itself.
 */
export function readTogether(client: Client, read: ReadTogether, wanted: Wanted, asking: boolean): Promise<ReadReply> {
  const { viewKey, keys, names, question, connected } = read
  const [key] = keys
  const isUsual = connected && !asking && question === undefined && key !== undefined && keys.length === 1
  return isUsual && names !== undefined
    ? readWithMarkers(client, viewKey, key, names)
    : readAll(client, read, wanted, asking)
}

/** What most of them are: two commands, which a connection sends in one write, are less work than a pipeline of two. */
async function readWithMarkers(
  client: Client,
  viewKey: string,
  key: string,
  names: readonly string[],
): Promise<ReadReply> {
  const namespaces = [...namespacesAmong(names)]
  const [bytes, fields] = await Promise.all([
    client.callBuffer('get', [key]).catch(absent),
    client.call('hmget', [viewKey, ...snapshotFields(names, namespaces)]),
  ])
  const entries = [bytes instanceof Uint8Array ? bytes : undefined]
  return { entries, snapshot: snapshotOf(names, namespaces, fields), answer: undefined }
}

async function readAll(
  client: Client,
  { viewKey, keys, names, question, connected }: ReadTogether,
  wanted: Wanted,
  asking: boolean,
): Promise<ReadReply> {
  const anonymous = anonymousRun(connected)
  const namespaces = [...namespacesAmong(names ?? [])]
  const fields = names && snapshotFields(names, namespaces)
  const asked: Step[] = question
    ? [{ kind: 'script', script: ask, key: viewKey, values: [question.candidate, lifetime(question.keep), anonymous] }]
    : []
  const entries: Step[] =
    keys.length === 0 ? [] : [{ kind: 'command', command: keys.length > 1 ? 'mget' : 'get', args: keys, bytes: true }]
  const replies = await sendTogether(
    client,
    [...asked, ...entries, ...(fields === undefined ? [] : [snapshotStep(viewKey, fields, connected)])],
    wanted,
    asking,
  )
  const answer = question && answerOf(resultOf(replies[0]))
  const found = replies[asked.length]
  return {
    answer,
    entries: keys.length > 1 ? severalOf(resultOf(found)) : keys.map(() => entryOf(found)),
    snapshot: names && snapshotOf(names, namespaces, resultOf(replies[asked.length + entries.length])),
  }
}

/**
 * What stands for the run id of a server that tells none, where questions check for themselves; empty where connections
 * are checked, because such a server is refused there.
 */
export function anonymousRun(connected: boolean): string {
  return connected ? '' : ANONYMOUS
}

function snapshotStep(viewKey: string, fields: readonly string[], connected: boolean): Step {
  return connected
    ? { kind: 'command', command: 'hmget', args: [viewKey, ...fields] }
    : { kind: 'script', script: snapshot, key: viewKey, values: [ANONYMOUS, ...fields] }
}

/** No run id: these are hexadecimal. */
const ANONYMOUS = 'untold'

/** Redis takes whole milliseconds, and would delete a key at once for none. */
export function lifetime(ms: number): number {
  return Math.max(1, Math.floor(ms))
}

function entryOf(reply: Reply | undefined): Uint8Array | undefined {
  if (reply?.[0]) return absent(reply[0])
  return reply?.[1] instanceof Uint8Array ? reply[1] : undefined
}

function severalOf(found: unknown): (Uint8Array | undefined)[] {
  if (!Array.isArray(found)) return []
  return found.map((bytes: unknown) => (bytes instanceof Uint8Array ? bytes : undefined))
}

function lone(bytes: unknown): ReadReply {
  return { entries: [bytes instanceof Uint8Array ? bytes : undefined], snapshot: undefined, answer: undefined }
}

function loneProblem(error: unknown): ReadReply {
  return lone(absent(error))
}

function absent(error: unknown): undefined {
  if (!isReply(error, 'WRONGTYPE')) throw error
}
