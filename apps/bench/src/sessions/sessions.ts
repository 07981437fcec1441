import { countCommands, type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis-6'
import type { Benchmark, Row } from '../benchmark.ts'
import { compare, FULL, type Measured, type Pace } from '../rounds.ts'
import { loads } from './loads.ts'
import { PEOPLE, Served } from './served.ts'
import { prefixOf, STACKS } from './stacks.ts'

/** Requests whose commands are counted. */
const COUNTED = 100

/** One Express application with the session middleware that people have and with ours, over one Redis. */
export const sessions: Benchmark = {
  name: 'sessions',
  title: 'An Express application with express-session and connect-redis, and with Redstart (always sealed)',
  async run(pace = FULL) {
    const server = await startRedis()
    const all: Served[] = []
    try {
      for (const name of STACKS) all.push(await Served.start(name, server.url))
      return [
        ...(await measured(all, '/read', 'read-only page', pace)),
        ...(await measured(all, '/write', 'page that changes a field', pace)),
        await loads(server.url, pace),
        await commandsOf(all, server, '/read', 'read-only page'),
        await commandsOf(all, server, '/write', 'page that changes a field'),
        { name: 'memory of one session', unit: 'bytes', results: ratios(all, await memoryOf(server)) },
      ]
    } finally {
      for (const served of all) await served.end()
      await server.stop()
    }
  },
}

async function measured(all: readonly Served[], path: string, what: string, pace: Pace): Promise<readonly Row[]> {
  const contenders = all.map((served) => ({
    name: served.name,
    run: (operations: number) => served.ask(path, operations),
  }))
  const rates = await compare(contenders, { ...pace, milliseconds: pace.milliseconds * 5 })
  const latencies = all.map((served) => served.takeLatencies())
  const at = (share: number): number[] =>
    latencies.map((sorted) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  return [
    { name: `${what}: requests`, unit: 'per second', results: rates },
    { name: `${what}: p50`, results: ratios(all, at(0.5)) },
    { name: `${what}: p99`, results: ratios(all, at(0.99)) },
  ]
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
async function memoryOf({ url }: RedisServer): Promise<readonly number[]> {
  const client = new Redis(url)
  try {
    const sums: number[] = []
    for (const name of STACKS) {
      let sum = 0
      for (const key of await client.keys(`${prefixOf(name)}*`)) sum += Number(await client.memory('USAGE', key))
      sums.push(sum / PEOPLE)
    }
    return sums
  } finally {
    client.disconnect()
  }
}

function ratios(all: readonly Served[], figures: readonly number[]): Measured[] {
  return all.map(({ name }, n) => ({
    name,
    figure: figures[n] ?? Number.NaN,
    ratio: (figures[n] ?? Number.NaN) / (figures[0] ?? Number.NaN),
  }))
}
