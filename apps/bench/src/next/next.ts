import { setTimeout } from 'node:timers/promises'
import { startRedis } from '@redstart/testing'
import type { Benchmark, Row } from '../benchmark.ts'
import { compare, FULL, type Measured, median, type Pace } from '../rounds.ts'
import { invalidation } from './invalidation.ts'
import { NextServer, PAGES, type Route, type Stack } from './next-server.ts'

const NEXT: Stack = { name: 'Next.js', cache: 'next' }
const OURS: Stack = { name: 'Redstart', cache: 'redstart' }
const TRIEB: Stack = { name: 'nextjs-turbo-redis-cache', cache: 'trieb' }
const FORTEDIGITAL: Stack = { name: 'fortedigital', cache: 'fortedigital' }

/** Pages of Next.js from its own memory, from ours over Redis, and from what others have for Redis. */
export const next: Benchmark = {
  name: 'next',
  published: true,
  othersTogether: true,
  title: 'Cached pages of Next.js 16.4 (17 kB, 16 connections, 50 pages in turn)',
  notes: [
    '`Next.js` is what it comes with, in the memory of its process, shared with nobody. The others have Redis:',
    '@trieb.work/nextjs-turbo-redis-cache, and @fortedigital/nextjs-cache-handler, which has no `use cache`. What is called',
    '`use cache` is a page that is rendered for each request, of what is cached.',
  ],
  async run(pace = FULL) {
    await using server = await startRedis()
    await server.command('CONFIG', 'SET', 'notify-keyspace-events', 'Exe')
    const isShort = pace.rounds < FULL.rounds
    const all: NextServer[] = []
    try {
      for (const stack of [NEXT, OURS, TRIEB, FORTEDIGITAL]) all.push(await NextServer.start(stack, server.url))
      return [
        ...(await measured(all, '/isr', 'ISR page', pace)),
        ...(await measured(
          all.filter(({ stack }) => stack !== FORTEDIGITAL),
          '/cached',
          '`use cache` page',
          pace,
        )),
        ...(await invalidation([OURS, TRIEB, FORTEDIGITAL], server.url, isShort ? 100 : 10_000, isShort ? 1 : 3)),
      ]
    } finally {
      for (const each of all) await each.end()
    }
  },
}

async function measured(all: readonly NextServer[], route: Route, what: string, pace: Pace): Promise<readonly Row[]> {
  const before = await settled(all, route)
  const rates = await compare(
    all.map((each) => ({ name: each.stack.name, run: (requests: number) => each.ask(route, requests) })),
    { ...pace, milliseconds: pace.milliseconds * 10, warmUp: Math.min(pace.warmUp ?? Infinity, 2000) },
  )
  for (const [n, made] of (await fill(all, route)).entries())
    if (made !== before[n] && [NEXT, OURS].some((stack) => stack === all[n]?.stack))
      throw new Error(`not all was a hit of ${all[n]?.stack.name}`)
  const taken = all.map((each) => each.take())
  const p99 = taken.map(({ latencies }) => latencies[Math.floor(0.99 * (latencies.length - 1))] ?? Number.NaN)
  return [
    { name: `${what}: requests`, unit: 'per second', results: rates },
    {
      name: `${what}: processor of the server`,
      results: ratios(
        all,
        taken.map(({ costs }) => median(costs)),
      ),
    },
    { name: `${what}: p99`, results: ratios(all, p99) },
  ]
}

/** What an older build has made may be stale by now, and is made anew behind whoever asks first. */
async function settled(all: readonly NextServer[], route: Route): Promise<readonly string[]> {
  let made = await fill(all, route)
  for (let tries = 0; tries < 10; tries++) {
    await setTimeout(1000)
    const again = await fill(all, route)
    if (again.join() === made.join()) break
    made = again
  }
  return made
}

/** Asks for each page once. @returns of each server, which renderings there are. */
async function fill(all: readonly NextServer[], route: Route): Promise<readonly string[]> {
  const made: string[] = []
  for (const each of all) {
    const renderings: string[] = []
    for (let page = 0; page < PAGES; page++) renderings.push(await each.made(`${route}/${page}`))
    made.push(renderings.join())
  }
  return made
}

function ratios(all: readonly NextServer[], figures: readonly number[]): Measured[] {
  return all.map(({ stack }, n) => {
    const figure = figures[n] ?? Number.NaN
    return { name: stack.name, figure, ratio: figure / (figures[0] ?? Number.NaN) }
  })
}
