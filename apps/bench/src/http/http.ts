import { countCommands, type RedisServer, startRedis } from '@redstart/testing'
import type { Benchmark, Row } from '../benchmark.ts'
import { compare, FULL, type Measured, median, type Pace } from '../rounds.ts'
import { alike } from './alike.ts'
import { firstBytes } from './first-byte.ts'
import { DELAYS, type Path } from './pages.ts'
import { Served } from './served.ts'
import { type Framework, NO_CACHE, OURS, OURS_IN_REDIS, READY, stacksOf } from './stacks.ts'

/** Requests whose commands are counted. */
const COUNTED = 100

/** One page in each framework, behind our cache and those that its people have. */
export const http: Benchmark = httpIn(['Express', 'Koa', 'Fastify', 'Hono'])

/** The same in some of the frameworks. */
export function httpIn(frameworks: readonly Framework[]): Benchmark {
  return {
    name: 'http',
    published: true,
    othersTogether: true,
    notes: [
      '`ready bytes` is a handler that sends what a hit sends, and has it at hand: the ceiling. `from Redis` is a page that',
      'memory has no room for. The processor of the server is what a request costs it, whatever else the machine has to do;',
      'clients have the other core, and never sleep. hono/cache stores nothing on Node.js.',
    ],
    title: 'One page of 10 kB, cached (32 connections, 50 pages in turn), against the caches that people have',
    async run(pace = FULL) {
      const server = await startRedis()
      try {
        const rows: Row[] = []
        for (const framework of frameworks) rows.push(...(await inFramework(framework, server, pace)))
        return rows
      } finally {
        await server.stop()
      }
    },
  }
}

async function inFramework(framework: Framework, server: RedisServer, pace: Pace): Promise<readonly Row[]> {
  const all: Served[] = []
  try {
    for (const stack of stacksOf(framework)) all.push(await Served.start(stack, server.url))
    const caches = all.filter(({ stack }) => stack.name !== NO_CACHE)
    for (const served of all) await served.fill('/fast')
    await alike(all)
    return [
      ...(await onlyHits(caches, () => measured(caches, '/fast', `${framework}, hit`, pace))),
      ...(await withoutCache(all, framework, pace)),
      ...(await commandsOf(all, server, framework)),
      await runsOf(all, framework),
      await firstBytes(all, framework, pace),
    ]
  } finally {
    for (const served of all) await served.end()
  }
}

async function measured(all: readonly Served[], path: Path, what: string, pace: Pace): Promise<readonly Row[]> {
  for (const served of all) served.take()
  const rates = await compare(
    all.map((served) => ({ name: served.stack.name, run: (requests: number) => served.ask(path, requests) })),
    { ...pace, milliseconds: pace.milliseconds * 5 },
  )
  const taken = all.map((served) => served.take())
  const at = (share: number): number[] =>
    taken.map(({ latencies }) => latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN)
  const costs = taken.map((one) => median(one.costs))
  return [
    { name: `${what}: requests`, unit: 'per second', results: rates },
    { name: `${what}: processor of the server`, results: ratios(all, costs) },
    { name: `${what}: p50`, results: ratios(all, at(0.5)) },
    { name: `${what}: p99`, results: ratios(all, at(0.99)) },
  ]
}

/** A hit beside the same handlers without any cache. */
async function withoutCache(all: readonly Served[], framework: Framework, pace: Pace): Promise<readonly Row[]> {
  const ends = all.filter(({ stack }) => stack.name === OURS || stack.name === NO_CACHE)
  const caches = ends.slice(0, 1)
  const rows: Row[] = []
  for (const [path, ms] of Object.entries(DELAYS) as [Path, number][]) {
    for (const served of ends) await served.fill(path)
    const figures = await onlyHits(caches, () => measured(ends, path, `${framework}, handler of ${ms} ms`, pace))
    rows.push(...figures.filter(({ name }) => !name.includes('processor')))
  }
  return rows
}

/** @throws Error where a handler of theirs ran meanwhile. */
async function onlyHits<T>(caches: readonly Served[], run: () => Promise<T>): Promise<T> {
  const before = await madeBy(caches)
  const result = await run()
  const after = await madeBy(caches)
  const late = caches.filter((_, n) => after[n] !== before[n])
  if (late.length > 0) throw new Error(`not all was a hit of ${late.map(({ stack }) => stack.name).join()}`)
  return result
}

/** Commands for one request. */
async function commandsOf(all: readonly Served[], { url }: RedisServer, framework: Framework): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const served of all) {
    const { name } = served.stack
    if (name !== OURS && name !== OURS_IN_REDIS) continue
    using counter = await countCommands(url)
    await served.ask('/fast', COUNTED)
    await counter.settled()
    // What is sent by the clock is sent whether anybody asks or not.
    const figure = Math.round(counter.commands(([command]) => command !== 'PING').length / COUNTED)
    const what = name === OURS ? 'hit' : 'hit in Redis'
    rows.push({ name: `${framework}, ${what}: commands`, unit: 'count', results: [{ name: OURS, figure, ratio: 1 }] })
  }
  return rows
}

/** How often the handler runs for a hundred requests at once of a page that nobody has asked for. */
async function runsOf(all: readonly Served[], framework: Framework): Promise<Row> {
  const caches = all.filter(({ stack }) => stack.name !== READY && stack.name !== OURS_IN_REDIS)
  const before = await madeBy(caches)
  for (const served of caches) await Promise.all(Array.from({ length: 100 }, () => served.fetch('/slow/new')))
  const made = (await madeBy(caches)).map((count, n) => count - (before[n] ?? 0))
  return {
    name: `${framework}, 100 requests at once of a new page: handler runs`,
    unit: 'count',
    results: ratios(caches, made),
  }
}

async function madeBy(all: readonly Served[]): Promise<readonly number[]> {
  const counts: number[] = []
  for (const served of all) counts.push((await served.done()).made)
  return counts
}

function ratios(all: readonly Served[], figures: readonly number[]): Measured[] {
  return all.map(({ stack }, n) => {
    const figure = figures[n] ?? Number.NaN
    return { name: stack.name, figure, ratio: figure / (figures[0] ?? Number.NaN) }
  })
}
