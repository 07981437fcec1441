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
  const { rows, isAwake } = await measured(benchmark)
  console.log(tableOf(benchmark, rows))
  if (benchmark.published === true) await publish(benchmark, rows, isAwake)
  if (values.json !== undefined) await writeFile(values.json, jsonOf(benchmark, rows))
  return 0
}

async function measured(benchmark: Benchmark): Promise<{ readonly rows: readonly Row[]; readonly isAwake: boolean }> {
  const { isAwake, end } = await keepAwake()
  try {
    return { rows: await benchmark.run(), isAwake }
  } finally {
    end()
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
