import { join } from 'node:path'
import { startRedis } from '@redstart/testing'
import { Apart } from '../apart.ts'
import type { Row } from '../benchmark.ts'
import { apartFor, compare, type Measured, type Pace } from '../rounds.ts'
import type { ApartOptions } from './checking.ts'

/** What is run is what the compiler wrote. */
const PROGRAM = join(import.meta.dirname, '../../dist/limits/apart.js')

/** The first is the baseline. */
const NAMES = ['ourGcra', 'ourFixedWindow', 'flexible', 'rateLimitRedis', 'fastifyRateLimit', 'upstash'] as const

export interface Limited {
  readonly limit: number
  readonly window: number
  readonly keys?: number
}

/** Rate and percentiles, one at a time and 64, of limiters that each have a process of their own. */
export async function apartRows(what: string, limited: Limited, pace: Pace): Promise<Row[]> {
  const rows: Row[] = []
  for (const together of [1, 64]) {
    const name = `${what}, ${together === 1 ? 'one' : together} at a time`
    rows.push(...(await rowsOf(name, { ...limited, together }, pace)))
  }
  return rows
}

async function rowsOf(name: string, given: Limited & { readonly together: number }, pace: Pace): Promise<Row[]> {
  const server = await startRedis()
  const all: Apart<readonly number[]>[] = []
  const latencies = NAMES.map((): number[] => [])
  try {
    for (const [n, limiter] of NAMES.entries()) {
      const options: ApartOptions = { ...given, url: server.url, prefix: `limits${n}` }
      const heed = (took: readonly number[]): void => took.forEach((each) => latencies[n]?.push(each))
      all.push(await Apart.start(PROGRAM, [limiter, JSON.stringify(options)], heed))
    }
    const results = await compare(all, apartFor(pace))
    const at = (share: number): Row => ({
      name: `${name}: p${share * 100}`,
      results: percentiles(all, latencies, share),
    })
    return [{ name, results }, at(0.5), at(0.99)]
  } finally {
    for (const one of all) one.end()
    await server.stop()
  }
}

function percentiles(
  all: readonly { readonly name: string }[],
  latencies: readonly (readonly number[])[],
  share: number,
): Measured[] {
  const figures = latencies.map((each) => {
    // The first half warmed up.
    const sorted = each.slice(each.length >> 1).toSorted((a, b) => a - b)
    return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  })
  return all.map(({ name }, n) => {
    const figure = figures[n] ?? Number.NaN
    return { name, figure, ratio: figure / (figures[0] ?? figure) }
  })
}
