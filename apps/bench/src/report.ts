import { arch, cpus, platform } from 'node:os'
import type { Benchmark, Row } from './benchmark.ts'

/** The rows as text: time per operation, and each contender's time over the baseline's. */
export function tableOf(benchmark: Benchmark, rows: readonly Row[]): string {
  const lines = [benchmark.title, machine(), '']
  for (const { name, results } of rows) {
    lines.push(name)
    for (const { name: contender, nanoseconds, ratio } of results) {
      lines.push(`  ${contender.padEnd(14)} ${duration(nanoseconds).padStart(10)}   x ${ratio.toFixed(2)}`)
    }
    lines.push('')
  }
  return lines.join('\n')
}

/** The rows as JSON, with what they were measured on. */
export function jsonOf(benchmark: Benchmark, rows: readonly Row[]): string {
  const { name, title } = benchmark
  return `${JSON.stringify({ name, title, date: new Date().toISOString(), node: process.version, machine: machine(), rows }, null, 2)}\n`
}

function machine(): string {
  const all = cpus()
  return `Node ${process.version}, ${platform()} ${arch()}, ${all.length} x ${all[0]?.model.trim() ?? 'unknown processor'}`
}

function duration(nanoseconds: number): string {
  return nanoseconds < 10_000 ? `${nanoseconds.toFixed(0)} ns` : `${(nanoseconds / 1000).toFixed(1)} µs`
}
