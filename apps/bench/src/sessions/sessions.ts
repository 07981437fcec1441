import { countCommands, type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis-6'
import type { Benchmark, Row } from '../benchmark.ts'
import { compare, FULL, type Measured, median, type Pace } from '../rounds.ts'
import { loads } from './loads.ts'
import { ANONYMOUS, PEOPLE, Served } from './served.ts'
import { type Framework, prefixOf, STACKS } from './stacks.ts'

/** Requests whose commands are counted. */
const COUNTED = 100

/** One application in each framework, with the session middleware that its people have and with ours, over one Redis. */
export const sessions: Benchmark = sessionsIn(['Express', 'Fastify', 'Koa', 'Hono'])

/** The same in some of the frameworks. */
export function sessionsIn(frameworks: readonly Framework[]): Benchmark {
  return {
    name: 'sessions',
    published: true,
    othersTogether: true,
    notes: ['`none` is the same application without sessions. Pages are measured in 41 shorter rounds.'],
    title: 'An application with the session middleware that people have, and with Redstart (always sealed)',
    async run(pace = FULL) {
      const server = await startRedis()
      try {
        const rows: Row[] = []
        for (const framework of frameworks) rows.push(...(await inFramework(framework, server, pace)))
        return [...rows, await loads(server.url, pace)]
      } finally {
        await server.stop()
      }
    },
  }
}

async function inFramework(framework: Framework, server: RedisServer, pace: Pace): Promise<readonly Row[]> {
  const all: Served[] = []
  try {
    for (const name of STACKS[framework]) all.push(await Served.start({ framework, name }, server.url))
    const withSessions = all.filter(({ stack }) => stack.name !== 'none')
    const ends = all.filter(({ stack }) => stack.name === 'Redstart' || stack.name === 'none')
    return [
      ...(await measured(withSessions, '/read', `${framework}, read-only page`, pace)),
      ...(await measured(withSessions, '/write', `${framework}, page that changes a field`, pace)),
      ...(await measured(ends, ANONYMOUS, `${framework}, page that looks at no session, no cookie`, pace)).slice(0, 1),
      await commandsOf(withSessions, server, '/read', `${framework}, read-only page`),
      await commandsOf(withSessions, server, '/write', `${framework}, page that changes a field`),
      {
        name: `${framework}, memory of one session`,
        unit: 'bytes',
        results: ratios(withSessions, await memoryOf(withSessions, server)),
      },
    ]
  } finally {
    for (const served of all) await served.end()
  }
}

/** Many short rounds: their pairs agree more than fewer long ones do. */
const ROUNDS = { more: 2.7, longer: 2.5, warmUp: 4 }

async function measured(all: readonly Served[], path: string, what: string, pace: Pace): Promise<readonly Row[]> {
  const { rounds, milliseconds, warmUp = 1000 } = pace
  const taken = all.map((): (readonly number[])[] => [])
  const contenders = all.map((served, n) => ({
    name: served.stack.name,
    async run(operations: number) {
      await served.ask(path, operations)
      taken[n]?.push(served.takeLatencies())
    },
  }))
  const counted = Math.ceil(rounds * ROUNDS.more)
  const rates = await compare(contenders, {
    rounds: counted,
    milliseconds: milliseconds * ROUNDS.longer,
    warmUp: warmUp * ROUNDS.warmUp,
  })
  // What came before was not counted either.
  const latencies = taken.map((each) => each.slice(-counted))
  return [
    { name: `${what}: requests`, unit: 'per second', results: rates },
    { name: `${what}: p50`, results: quantiles(all, latencies, 0.5) },
    { name: `${what}: p99`, results: quantiles(all, latencies, 0.99) },
  ]
}

/** Of each round; the median of the rounds, and of their ratios to the first one's. */
function quantiles(all: readonly Served[], latencies: readonly (readonly number[])[][], share: number): Measured[] {
  const each = latencies.map((rounds) => rounds.map((sorted) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0))
  const base = each[0] ?? []
  return all.map(({ stack }, n) => ({
    name: stack.name,
    figure: median(each[n] ?? []),
    ratio: median((each[n] ?? []).map((time, round) => time / (base[round] ?? Number.NaN))),
  }))
}

/** Commands for one request. */
async function commandsOf(all: readonly Served[], { url }: RedisServer, path: string, what: string): Promise<Row> {
  const counts: number[] = []
  for (const served of all) {
    using counter = await countCommands(url)
    await served.ask(path, COUNTED)
    await counter.settled()
    counts.push(counter.commands(([name]) => name !== 'PING').length / COUNTED)
  }
  return { name: `${what}: commands`, unit: 'count', results: ratios(all, counts) }
}

/** Of the keys of each stack, by what Redis says of them, for each of the people. */
async function memoryOf(all: readonly Served[], { url }: RedisServer): Promise<readonly number[]> {
  const client = new Redis(url)
  try {
    const sums: number[] = []
    for (const { stack } of all) {
      let sum = 0
      for (const key of await client.keys(`${prefixOf(stack)}*`)) sum += Number(await client.memory('USAGE', key))
      sums.push(sum / PEOPLE)
    }
    return sums
  } finally {
    client.disconnect()
  }
}

function ratios(all: readonly Served[], figures: readonly number[]): Measured[] {
  return all.map(({ stack }, n) => ({
    name: stack.name,
    figure: figures[n] ?? Number.NaN,
    ratio: (figures[n] ?? Number.NaN) / (figures[0] ?? Number.NaN),
  }))
}
