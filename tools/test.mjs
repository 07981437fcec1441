import './node-version.mjs'
import { runTests } from './vitest.mjs'

process.exitCode = await runTests(process.argv.slice(2))
