import './node-version.mjs'
import { runApp } from './bootstrap.mjs'

process.exitCode = await runApp('apps/bench/dist/main.js', process.argv.slice(2))
