import { createRedstart, type Redstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { type Measured, median } from '../rounds.ts'

const SMALL = { name: '10 entries', tag: 'small', entries: 10 }
const LARGE = { name: '100 000 entries', tag: 'large', entries: 100_000 }

const ROUNDS = 31
/** Invalidations of one tag in one round. */
const INVALIDATIONS = 60
/** Entries stored at a time. */
const TOGETHER = 500

/**
 * What Redis itself spends on one invalidation of a tag that few entries have, and of one that many have: the time of
 * its script by `INFO commandstats`, without the network and this process. Redis keeps every entry, since none is
 * removed by an invalidation of its tag: the last invalidation finds as many as the first.
 */
export async function compareServerTimes(): Promise<Measured[]> {
  const server = await startRedis()
  const instance = createRedstart({ backend: redis(server.url), app: 'bench', deadline: '5s', l1: { maxEntries: 100 } })
  try {
    for (const { tag, entries } of [SMALL, LARGE]) await store(instance, tag, entries)
    for (const { tag } of [SMALL, LARGE]) await serverTime(server, instance, tag)
    const small: number[] = []
    const large: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      // Each of them goes first in every other round.
      if (round % 2 === 0) small.push(await serverTime(server, instance, SMALL.tag))
      large.push(await serverTime(server, instance, LARGE.tag))
      if (round % 2 === 1) small.push(await serverTime(server, instance, SMALL.tag))
    }
    await checkKept(server)
    return [
      { name: SMALL.name, figure: median(small), ratio: 1 },
      {
        name: LARGE.name,
        figure: median(large),
        ratio: median(large.map((time, round) => time / (small[round] ?? Number.NaN))),
      },
    ]
  } finally {
    await instance.close()
    await server.stop()
  }
}

async function store({ cache }: Redstart, tag: string, entries: number): Promise<void> {
  for (let first = 0; first < entries; first += TOGETHER) {
    const together = Math.min(TOGETHER, entries - first)
    await Promise.all(
      Array.from({ length: together }, (_, index) => {
        const entry = first + index
        return cache.getOrSet(`${tag}:${entry}`, () => ({ entry }), { ttl: '1h', tags: [tag] })
      }),
    )
  }
}

/** Mean ns of the script in one round. */
async function serverTime(server: RedisServer, instance: Redstart, tag: string): Promise<number> {
  await server.command('CONFIG', 'RESETSTAT')
  for (let done = 0; done < INVALIDATIONS; done++) await instance.invalidate({ tags: [tag] }, { require: 'all' })
  const info = String(await server.command('INFO', 'commandstats'))
  const [, calls, microseconds] = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(info) ?? []
  if (Number(calls) !== INVALIDATIONS)
    throw new Error(`Redis ran ${calls ?? 'no'} scripts for ${INVALIDATIONS} invalidations`)
  return (Number(microseconds) / INVALIDATIONS) * 1000
}

async function checkKept(server: RedisServer): Promise<void> {
  const keys = Number(await server.command('DBSIZE'))
  if (keys < SMALL.entries + LARGE.entries) throw new Error(`Redis holds ${keys} keys: not every entry was stored`)
}
