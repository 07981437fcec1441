import './node-version.mjs'
import { chromium } from './chromium.mjs'
import { varnish } from './varnish.mjs'
import { runTests } from './vitest.mjs'

await varnish()
await chromium()

// The same tests with larger numbers: those that can go on for longer read this variable.
process.exitCode = await runTests(process.argv.slice(2), { REDSTART_SOAK: '1' })
