import { arch, cpus, platform } from 'node:os'
import type { Benchmark, Row } from './benchmark.ts'
import type { Measured } from './rounds.ts'

/** The rows as text: time or number of operations, and each contender's figure over the baseline's. */
export function tableOf(benchmark: Benchmark, rows: readonly Row[]): string {
  const lines = [benchmark.title, machine(), '']
  for (const { name, unit, results } of rows) lines.push(name, ...results.map((result) => line(result, unit)), '')
  return lines.join('\n')
}

/** The rows as JSON, with what they were measured on. */
export function jsonOf(benchmark: Benchmark, rows: readonly Row[]): string {
  const { name, title } = benchmark
  return `${JSON.stringify({ name, title, date: new Date().toISOString(), node: process.version, machine: machine(), rows }, null, 2)}\n`
}

function line({ name, figure, ratio, others = {} }: Measured, unit: Row['unit'] = 'time'): string {
  const times = unit === 'per second' ? 1 / ratio : ratio
  const further = Object.entries(others).map(([what, time]) => `   ${what} ${duration(time)}`)
  return `  ${name.padEnd(18)} ${figureText(figure, unit).padStart(10)}   x ${times.toFixed(2)}${further.join('')}`
}

/** A figure with its unit. */
export function figureText(figure: number, unit: Row['unit'] = 'time'): string {
  if (unit === 'count') return String(figure)
  if (unit === 'bytes') return figure < 10_000 ? `${figure.toFixed(0)} bytes` : `${(figure / 1000).toFixed(1)} kB`
  return unit === 'time' ? duration(figure) : `${(1e9 / figure).toFixed(0)} /s`
}

/** What was measured on. */
export function machine(): string {
  const all = cpus()
  return `Node ${process.version}, ${platform()} ${arch()}, ${all.length} x ${all[0]?.model.trim() ?? 'unknown processor'}`
}

function duration(nanoseconds: number): string {
  return nanoseconds < 10_000 ? `${nanoseconds.toFixed(0)} ns` : `${(nanoseconds / 1000).toFixed(1)} µs`
}
