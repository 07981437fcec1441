import './node-version.mjs'
import { relative, resolve } from 'node:path'
import { build, install } from './bootstrap.mjs'
import { copyExample, exampleNames } from './packed/example.mjs'

// An example to begin with: a folder of one's own, which needs nothing of this repository.
const [name = '', target = ''] = process.argv.slice(2)
if (!exampleNames().includes(name) || target === '') {
  console.error(`Say which and where to: npm run example -- ${exampleNames().join('|')} ../my-app`)
  process.exit(1)
}
await install('app')
const built = await build()
if (built !== 0) process.exit(built)
await copyExample(name, resolve(target))
console.log(`\n  cd ${relative(process.cwd(), resolve(target)) || '.'}\n  npm install\n  npm start\n`)
