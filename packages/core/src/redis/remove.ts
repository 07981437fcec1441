import { countOf } from './command-replies.ts'
import { failureOf, isReply } from './failure.ts'
import { announce } from './scripts.ts'
import type { Servers } from './servers.ts'

/** Keys of one command, where one may have several. */
const TOGETHER = 1000

/**
 * Unlinks keys, those of each server in one write. In a Cluster each key has a command of its own: those of one node may
 * be in different slots.
 *
 * @returns how many were there.
 */
export async function removeKeys(servers: Servers, keys: readonly string[], timeout: number): Promise<number> {
  const removals = servers.split([...new Set(keys)]).map((group) => removeGroup(servers, group, timeout))
  const results = await Promise.allSettled(removals)
  let removed = 0
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason
    removed += result.value
  }
  return removed
}

async function removeGroup(servers: Servers, keys: readonly string[], timeout: number): Promise<number> {
  const [first] = keys
  if (first === undefined) return 0
  if (keys.length === 1) return await removeOne(servers, first, timeout)
  const commands = servers.single ? inParts(keys) : keys.map((key) => [key])
  const replies = await servers.call(first, timeout, async (client) => {
    const pipeline = client.pipeline()
    for (const command of commands) pipeline.call('unlink', command)
    const answered = (await pipeline.exec()) ?? []
    // The connection was lost: a pipeline that got no reply at all would pass for an answered call.
    for (const [error] of answered) if (error && !isReply(error)) throw error
    return answered
  })
  const counts = replies.map(async ([error, count], n) => {
    const key = commands[n]?.[0] ?? first
    if (isReply(error, 'MOVED') || isReply(error, 'ASK')) return await removeOne(servers, key, timeout)
    if (error) throw failureOf(error, key)
    return countOf(count)
  })
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

async function removeOne(servers: Servers, key: string, timeout: number): Promise<number> {
  const count = await servers.call(key, timeout, (client, _wanted, asking) => {
    if (asking) announce(client)
    return client.call('unlink', [key])
  })
  return countOf(count)
}

function inParts(keys: readonly string[]): string[][] {
  const parts: string[][] = []
  for (let first = 0; first < keys.length; first += TOGETHER) parts.push(keys.slice(first, first + TOGETHER))
  return parts
}
