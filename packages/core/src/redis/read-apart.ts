import type { ReadReply } from '../cache/cache-store.ts'
import { getEntries, readLone, type ReadTogether, readTogether } from './commands.ts'
import { failureOf } from './failure.ts'
import { announce } from './scripts.ts'
import type { Servers } from './servers.ts'

/**
 * One read of several servers, all asked at the same time. An entry whose server fails counts as absent, which costs a
 * load and is never wrong; the failure has been counted by that server's breaker.
 *
 * Rejects when the view's part fails, or when only entries were wanted and every server failed.
 */
export async function readApart(servers: Servers, request: ReadTogether, timeout: number): Promise<ReadReply> {
  const { keys, names, question } = request
  const ofView = names !== undefined || question !== undefined
  const view = ofView
    ? servers.callView(timeout, (client, wanted, asking) =>
        readTogether(client, { ...request, keys: [] }, wanted, asking),
      )
    : undefined
  const groups = servers.split([...new Set(keys)]).map((group) => readGroup(servers, group, request.viewKey, timeout))
  const entries = new Map<string, Uint8Array | undefined>()
  const [reply, settled] = await Promise.all([view, Promise.allSettled(groups)])
  for (const result of settled) {
    if (result.status === 'fulfilled') for (const [key, bytes] of result.value) entries.set(key, bytes)
  }
  const [first] = settled
  if (!ofView && first?.status === 'rejected' && settled.every(({ status }) => status === 'rejected'))
    throw first.reason
  return { answer: reply?.answer, snapshot: reply?.snapshot, entries: keys.map((key) => entries.get(key)) }
}

type Entries = ReadonlyMap<string, Uint8Array | undefined>

/** Entries that one server is thought to have; those that are elsewhere are read again there, each by itself. */
async function readGroup(
  servers: Servers,
  keys: readonly string[],
  viewKey: string,
  timeout: number,
): Promise<Entries> {
  const [first] = keys
  if (first === undefined) return new Map()
  if (keys.length === 1) return new Map([[first, await readOne(servers, first, timeout)]])
  const replies = await servers.call(first, timeout, async (client) => await getEntries(client, keys))
  const found = await Promise.allSettled(
    keys.map(async (key, n) => {
      const reply = replies[n]
      if (reply?.kind === 'failed') throw failureOf(reply.error, viewKey)
      return [key, reply?.kind === 'read' ? reply.bytes : await readOne(servers, key, timeout)] as const
    }),
  )
  const entries = found.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const problem = found.find((result) => result.status === 'rejected')
  if (problem !== undefined && entries.length === 0) throw problem.reason
  return new Map(entries)
}

async function readOne(servers: Servers, key: string, timeout: number): Promise<Uint8Array | undefined> {
  const { entries } = await servers.call(key, timeout, (client, _wanted, asking) => {
    if (asking) announce(client)
    return readLone(client, key)
  })
  return entries[0]
}
