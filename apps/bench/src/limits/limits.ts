import { faultProxy, type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis-6'
import type { Benchmark, Row } from '../benchmark.ts'
import { compare, FULL, type Measured, median, type Pace } from '../rounds.ts'
import type { Open, RateLimiter } from './contender.ts'
import { middlewareRows } from './middleware.ts'
import { aloneRow } from './alone-row.ts'
import { apartRows, type Limited } from './apart-rows.ts'
import { checking } from './checking.ts'
import { ourFixedWindow, ourGcra } from './ours.ts'
import { fastifyRateLimit, flexible, rateLimitRedis, upstash } from './peers.ts'

/** The first is what the others are compared with. */
const ALL: readonly Open[] = [ourGcra, ourFixedWindow, flexible, rateLimitRedis, fastifyRateLimit, upstash]
/** Who knows of several limits, or has its users check one after the other. */
const SEVERAL: readonly Open[] = [ourGcra, flexible]
/** Never reached. */
const PLENTY = 1_000_000
const HOUR = 3_600_000

/** One check of a rate limit: through Redis as a rule, with all clients of one make. */
export const limits: Benchmark = {
  name: 'limits',
  published: true,
  title: 'One check of a rate limit over one Redis, `await limiter.check(policy, { key })`',
  notes: [
    'Every contender counts in Redis with its own connection of ioredis, and remembers nothing, but for the last rows:',
    'there denials are remembered, as rate-limiter-flexible does with `inMemoryBlockOnConsumed`, and checks of a busy key',
    'taken ahead. The others count fixed windows; three limits are three of their checks. For each row of passes and',
    'denials, and of what is answered without asking, each has a process of its own, as an application has it.',
  ],
  async run(pace = FULL) {
    return [
      ...(await apartRows('passes', { limit: PLENTY, window: HOUR }, pace)),
      ...(await apartRows('denied', { limit: 1, window: HOUR, keys: 100 }, pace)),
      ...(await ofThree('three limits', pace)),
      ...(await ofThree('three limits, 1 ms from Redis', pace, 1)),
      ...(await withoutAsking(pace)),
      await serverTimes(pace),
      await bytesOfKeys(pace),
      ...(await admitted([1, 2, 10])),
      ...(await inFrameworks(pace)),
    ]
  },
}

/** Three limits of one key: in one trip, or one after the other. */
async function ofThree(what: string, pace: Pace, latency = 0): Promise<Row[]> {
  const check = (one: RateLimiter): RateLimiter['check'] => one.three ?? one.check
  const rows: Row[] = []
  await against(
    SEVERAL,
    { limit: PLENTY, window: HOUR },
    async (all) => {
      for (const together of latency === 0 ? [1, 64] : [1]) {
        const contenders = all.map((one) => ({
          name: one.name,
          run: (operations: number) => checking(check(one), operations, together),
        }))
        rows.push({
          name: `${what}, ${together === 1 ? 'one' : together} at a time`,
          results: await compare(contenders, pace),
        })
      }
      return []
    },
    latency,
  )
  return rows
}

/** What is answered by a process alone: a denial that it knows, and checks that were taken ahead. */
async function withoutAsking(pace: Pace): Promise<Row[]> {
  const server = await startRedis()
  try {
    return [
      await aloneRow('denial that is remembered', ['denied', 'flexible'], server.url, pace),
      await aloneRow('check of one busy key, taken ahead', ['leased'], server.url, pace),
    ]
  } finally {
    await server.stop()
  }
}

/** How long Redis itself takes for a check. */
async function serverTimes({ warmUp = 1000 }: Pace): Promise<Row> {
  const figures: Measured[] = []
  for (const make of ALL)
    await against([make], { limit: PLENTY, window: HOUR }, async ([one], server) => {
      if (one === undefined) return []
      const client = new Redis(server.url)
      await checking(one.check, warmUp, 1)
      await client.config('RESETSTAT')
      await checking(one.check, warmUp, 1)
      const found = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(await client.info('commandstats'))
      client.disconnect()
      figures.push(measured(one.name, (Number(found?.[2]) / warmUp) * 1000, figures))
      return []
    })
  return { name: 'time of Redis for one', results: figures }
}

async function bytesOfKeys({ warmUp = 1000 }: Pace): Promise<Row> {
  const figures: Measured[] = []
  for (const make of ALL)
    await against([make], { limit: PLENTY, window: HOUR }, async ([one], server) => {
      if (one === undefined) return []
      const client = new Redis(server.url)
      await checking(one.check, warmUp, 1, 100)
      const keys = await client.keys(`${PREFIX}*user:*`)
      const sizes = await Promise.all(keys.map(async (key) => Number(await client.memory('USAGE', key))))
      client.disconnect()
      figures.push(measured(one.name, median(sizes), figures))
      return []
    })
  return { name: 'memory of one key', unit: 'bytes', results: figures }
}

/** How many pass of so many times the limit, asked for 64 at a time within one window. */
async function admitted(times: readonly number[]): Promise<Row[]> {
  const limit = 500
  const rows: Row[] = []
  for (const load of times) {
    const figures: Measured[] = []
    for (const make of ALL)
      await against([make], { limit, window: HOUR }, async ([one]) => {
        if (one === undefined) return []
        let passed = 0
        const count = async (key: string): Promise<void> => {
          if (await one.check(key)) passed += 1
        }
        await checking(count, load * limit, 64, 1)
        figures.push(measured(one.name, passed, figures))
        return []
      })
    rows.push({ name: `admitted of ${load * limit}, limit ${limit}`, unit: 'count', results: figures })
  }
  return rows
}

async function inFrameworks(pace: Pace): Promise<Row[]> {
  const server = await startRedis()
  try {
    return await middlewareRows(server.url, pace)
  } finally {
    await server.stop()
  }
}

const PREFIX = 'limits'

/** All of them over one Redis of their own. */
async function against(
  makes: readonly Open[],
  { limit, window }: Limited,
  run: (all: readonly RateLimiter[], server: RedisServer) => Promise<Row[]>,
  latency = 0,
): Promise<Row[]> {
  const server = await startRedis()
  const proxy = latency === 0 ? undefined : await faultProxy(server.url)
  proxy?.set({ latency: { ms: latency / 2 } })
  const all: RateLimiter[] = []
  try {
    for (const [n, make] of makes.entries())
      all.push(await make({ url: proxy?.url ?? server.url, limit, window, prefix: `${PREFIX}${n}` }))
    return await run(all, server)
  } finally {
    for (const one of all) await one.close()
    await proxy?.stop()
    await server.stop()
  }
}

function measured(name: string, figure: number, before: readonly Measured[]): Measured {
  return { name, figure, ratio: figure / (before[0]?.figure ?? figure) }
}
