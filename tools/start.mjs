import './node-version.mjs'
import { runApp } from './bootstrap.mjs'
import { keysForStart } from './start-keys.mjs'

Object.assign(process.env, keysForStart())
process.exitCode = await runApp('apps/showcase/dist/main.js', process.argv.slice(2))
