import './node-version.mjs'
import { availableParallelism } from 'node:os'
import { install } from './bootstrap.mjs'
import { checkParts } from './checks/parts.mjs'
import { report } from './checks/report.mjs'
import { runParts } from './schedule.mjs'

await install('everything')
const started = performance.now()
const good = await runParts(checkParts(), availableParallelism(), report)
console.log(
  `${good ? 'All checks passed' : 'Some checks failed'} in ${((performance.now() - started) / 1000).toFixed(1)} s.`,
)
process.exitCode = good ? 0 : 1
