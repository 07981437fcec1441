import './node-version.mjs'
import { runApp } from './bootstrap.mjs'

process.exitCode = await runApp('apps/conformance/dist/main.js', process.argv.slice(2))
