import { readFileSync, writeFileSync } from 'node:fs'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  concurrency,
  fixedWindow,
  gcra,
  leakyBucket,
  leakyQueue,
  type LimitPolicy,
  slidingLog,
  slidingWindow,
  tokenBucket,
  tokens,
} from '../../src/index.ts'
import { TIMEOUT, timedRedis } from './places.ts'
import { checked, itemOf } from './suite/steps.ts'

const PAGE = new URL('../../../../docs/rate-limit.md', import.meta.url)
const N = 10
const WINDOW = 1_000_000

/** Each way to count to N within a second, and what it promises for any second. */
const CASES: readonly (readonly [name: string, bound: string, most: number, policy: LimitPolicy])[] = [
  ['`gcra({ rate: N per window, burst: N })`', 'burst + N, less one', 2 * N - 1, gcra({ rate: `${N}/1s`, burst: N })],
  ['`gcra({ rate: N / 2 per window, burst: N / 2 })`', 'N', N, gcra({ rate: `${N / 2}/1s`, burst: N / 2 })],
  ['`leakyBucket`', 'as `gcra`', 2 * N - 1, leakyBucket({ rate: `${N}/1s`, capacity: N })],
  ['`slidingWindow({ strict: true })`', 'N', N, slidingWindow({ limit: N, window: '1s', strict: true })],
  ['`slidingLog`', 'N', N, slidingLog({ limit: N, window: '1s' })],
  ['`slidingWindow`', 'less than 2 N', 2 * N - 1, slidingWindow({ limit: N, window: '1s' })],
  ['`fixedWindow`', '2 N', 2 * N, fixedWindow({ limit: N, window: '1s' })],
  ['`fixedWindow({ aligned: true })`', '2 N', 2 * N, fixedWindow({ limit: N, window: '1s', aligned: true })],
  ['`tokenBucket`', '2 N', 2 * N, tokenBucket({ capacity: N, every: '1s' })],
  ['`tokens`, as it is reserved', 'as `gcra`', 2 * N - 1, tokens({ rate: `${N}/1s` })],
]
/** Of these nothing passes at once that may not: turns that begin, and permits that are held at a time. */
const QUEUE = leakyQueue({ rate: `${N}/1s`, maxWait: '2s' })
const PERMITS = concurrency({ limit: N, lease: '1s' })

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

/** Takes all there is at each of these moments, and looks how much that was within any window. */
async function worstOf(policy: LimitPolicy, moments: readonly Moment[]): Promise<number> {
  const timed = timedRedis(server.url)
  // The beginning of a second.
  const begun = timed.now - (timed.now % WINDOW)
  const passed: Passed[] = []
  for (const [moment, cost] of moments) {
    timed.now = begun + moment
    const { granted } = await checked(timed, itemOf(policy, 'k', cost), 'upto')
    if (granted > 0) passed.push({ at: moment, granted })
  }
  await timed.store.close()
  return mostWithin(passed)
}

interface Passed {
  readonly at: number
  readonly granted: number
}

function mostWithin(passed: readonly Passed[]): number {
  const within = passed.map(({ at }) =>
    passed.filter((each) => each.at > at - WINDOW && each.at <= at).reduce((sum, { granted }) => sum + granted, 0),
  )
  return Math.max(...within)
}

/** How many turns begin within any window, asked for one by one: each begins when what was missing before it has come. */
async function worstOfTurns(moments: readonly Moment[]): Promise<number> {
  const { rule } = QUEUE
  const interval = rule.kind === 'gcra' ? rule.interval : expect.fail('it counts so')
  const timed = timedRedis(server.url)
  const begun = timed.now
  const turns: Passed[] = []
  for (const [moment, cost] of moments)
    for (let n = 0; n < cost; n += 1) {
      timed.now = begun + moment
      const { allowed, results } = await checked(timed, itemOf(QUEUE))
      if (allowed) turns.push({ at: moment + (results[0]?.reset ?? 0) - interval, granted: 1 })
    }
  await timed.store.close()
  return mostWithin(turns)
}

/** How many permits are held at any moment, by those who release none. */
async function worstOfPermits(moments: readonly Moment[]): Promise<number> {
  const timed = timedRedis(server.url)
  const begun = timed.now
  const held: Passed[] = []
  for (const [moment, cost] of moments)
    for (let n = 0; n < cost; n += 1) {
      timed.now = begun + moment
      const request = { name: 'permits', policy: PERMITS, key: 'k', id: `${moment}-${n}`, weight: 1 }
      const reply = await timed.store.acquire(request, TIMEOUT)
      if (reply.kind === 'decided' && reply.passed === 'yes') held.push({ at: moment, granted: 1 })
    }
  await timed.store.close()
  return mostWithin(held)
}

type Moment = readonly [at: number, cost: number]

/** As much as there is every twentieth of a window, from some moment on. */
const floodFrom = (first: number): readonly Moment[] => Array.from({ length: 45 }, (_, n) => [first + n * 50_000, N])
const MOMENTS: readonly (readonly Moment[])[] = [
  floodFrom(0),
  // Against windows on the clock, and estimates.
  floodFrom(990_000),
  // One to begin a window with, the rest at its end, and all of the next one.
  [[0, 1], [999_999, N], [1_000_000, N], [1_000_001, N], ...floodFrom(1_010_000)],
  [[0, N - 1], ...floodFrom(500_000)],
]

function rowOf(name: string, bound: string, most: number, seen: readonly number[]): string {
  const worst = Math.max(...seen)
  expect([name, worst <= most]).toEqual([name, true])
  return `| ${name} | ${bound} | ${worst} of ${N} |`
}

it('writes into the page how much passes at worst, which is never more than is promised', async () => {
  const rows: string[] = []
  for (const [name, bound, most, policy] of CASES) {
    const seen: number[] = []
    for (const moments of MOMENTS) seen.push(await worstOf(policy, moments))
    rows.push(rowOf(name, bound, most, seen))
  }
  const [turns, permits]: [number[], number[]] = [[], []]
  for (const moments of MOMENTS) {
    turns.push(await worstOfTurns(moments))
    permits.push(await worstOfPermits(moments))
  }
  rows.push(rowOf('`leakyQueue`, turns that begin', 'N', N, turns))
  rows.push(rowOf('`concurrency`, permits at a time', 'N', N, permits))
  const table = ['| | Promised | Seen |', '| --- | --- | --- |', ...rows].join('\n')
  const before = readFileSync(PAGE, 'utf8')
  const after = before.replace(/(<!-- worst cases -->\n)(?:\n(?:\|[^\n]*\n)+)?/, (_, mark) => `${mark}\n${table}\n`)
  if (process.env['REDSTART_WRITE'] === '1') writeFileSync(PAGE, after)
  expect(before, 'REDSTART_WRITE=1 writes the table').toBe(after)
})
