import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { keepAwake } from './awake.ts'
import type { Benchmark, Row } from './benchmark.ts'
import { cache } from './cache/cache.ts'
import { coherence } from './coherence/coherence.ts'
import { publish } from './publish.ts'
import { http } from './http/http.ts'
import { jsonOf, tableOf } from './report.ts'
import { limits } from './limits/limits.ts'
import { next } from './next/next.ts'
import { sessions } from './sessions/sessions.ts'

const BENCHMARKS: readonly Benchmark[] = [cache, coherence, http, limits, next, sessions]

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
  const benchmark = BENCHMARKS.find(({ name }) => name === positionals[0])
  if (benchmark === undefined || positionals.length !== 1) {
    console.error(
      `Usage: npm run bench -- NAME [--json FILE]\nNAME is one of: ${BENCHMARKS.map(({ name }) => name).join(', ')}`,
    )
    return 2
  }
  const rows = await measured(benchmark)
  console.log(tableOf(benchmark, rows))
  if (benchmark.published === true) await publish(benchmark, rows)
  if (values.json !== undefined) await writeFile(values.json, jsonOf(benchmark, rows))
  return 0
}

async function measured(benchmark: Benchmark): Promise<Row[]> {
  const loops = await keepAwake()
  try {
    return await benchmark.run()
  } finally {
    loops.end()
  }
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(error)
    process.exitCode = 1
  },
)
