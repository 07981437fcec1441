import type { Redis } from 'ioredis'
import type { ReadReply, ReadRequest } from '../cache/cache-store.ts'
import { isReply } from './failure.ts'
import { namespacesAmong } from '../invalidation/names.ts'
import { answerOf, snapshotFields, snapshotOf } from './replies.ts'
import { announce, ask } from './scripts.ts'
import type { Wanted } from './servers.ts'

/** Reads one entry. Something other than bytes under an entry's key is not ours, so there is no entry. */
export function readLone(client: Redis, key: string): Promise<ReadReply> {
  // Not async: this is the path of every hit.
  return client.getBuffer(key).then(lone, loneProblem)
}

/** Reads several entries of one server; of something other than bytes Redis gives nothing here. */
export function readSeveral(client: Redis, keys: readonly string[]): Promise<ReadReply> {
  if (keys.length === 0) return Promise.resolve({ entries: [], snapshot: undefined, answer: undefined })
  return client
    .mgetBuffer([...keys])
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
export async function getEntries(client: Redis, keys: readonly string[]): Promise<readonly EntryReply[]> {
  const pipeline = client.pipeline()
  for (const key of keys) pipeline.getBuffer(key)
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
}

/**
 * Everything of one read in one write: the question, the entries, and last the snapshot that decides them. Several entries
 * are one command: each command costs this process and Redis about as much as a small entry itself.
 */
export async function readTogether(
  client: Redis,
  { viewKey, keys, names, question }: ReadTogether,
  wanted: Wanted,
  asking: boolean,
): Promise<ReadReply> {
  const pipeline = client.pipeline()
  const asked = question && [question.candidate, lifetime(question.keep)]
  if (asked !== undefined) {
    if (asking) pipeline.asking()
    pipeline.evalsha(ask.sha, 1, viewKey, ...asked)
  }
  const [first] = keys
  if (keys.length > 1) pipeline.mgetBuffer([...keys])
  else if (first !== undefined) pipeline.getBuffer(first)
  const namespaces = [...namespacesAmong(names ?? [])]
  if (names !== undefined) {
    if (asking) pipeline.asking()
    pipeline.hmget(viewKey, ...snapshotFields(names, namespaces))
  }
  const all: readonly Reply[] = (await pipeline.exec()) ?? []
  const replies = asking ? all.filter((_, n) => n % 2 === 1) : all
  const offset = asked === undefined ? 0 : 1
  const [problem, answer] = asked === undefined ? [] : (replies[0] ?? [])
  const repeated = asked !== undefined && isReply(problem, 'NOSCRIPT') && wanted()
  if (problem && !repeated) throw problem
  if (repeated && asking) announce(client)
  return {
    answer: asked && answerOf(repeated ? await client.eval(ask.text, 1, viewKey, ...asked) : answer),
    entries: keys.length > 1 ? severalOf(valueOf(replies[offset])) : keys.map(() => entryOf(replies[offset])),
    snapshot: names && snapshotOf(names, namespaces, valueOf(replies[offset + Math.min(keys.length, 1)])),
  }
}

/** Redis takes whole milliseconds, and would delete a key at once for none. */
export function lifetime(ms: number): number {
  return Math.max(1, Math.floor(ms))
}

type Reply = readonly [error: Error | null, result: unknown]

function valueOf(reply: Reply | undefined): unknown {
  if (reply?.[0]) throw reply[0]
  return reply?.[1]
}

function entryOf(reply: Reply | undefined): Uint8Array | undefined {
  if (reply?.[0]) return absent(reply[0])
  return reply?.[1] instanceof Uint8Array ? reply[1] : undefined
}

function severalOf(found: unknown): (Uint8Array | undefined)[] {
  if (!Array.isArray(found)) return []
  return found.map((bytes: unknown) => (bytes instanceof Uint8Array ? bytes : undefined))
}

function lone(bytes: Uint8Array | null | undefined): ReadReply {
  return { entries: [bytes ?? undefined], snapshot: undefined, answer: undefined }
}

function loneProblem(error: unknown): ReadReply {
  return lone(absent(error))
}

function absent(error: unknown): undefined {
  if (!isReply(error, 'WRONGTYPE')) throw error
}
