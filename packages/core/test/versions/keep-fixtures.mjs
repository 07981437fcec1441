// Keeps what this release writes into Redis under test/versions/fixtures/<release>, for every later release to read.
// Run by hand when a release is prepared, on a built tree: see "Fixtures" in docs/wire-format.md.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRedstart, systemClock } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { startRedis } from '@redstart/testing'
import { Redis } from 'ioredis'
import { keepAll } from './keep.mjs'

/** @type {{ version: string }} */
const { version: release } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const folder = new URL(`./fixtures/${release}/`, import.meta.url)
if (existsSync(folder)) throw new Error(`the fixtures of ${release} are there already; what is kept does not change`)

const server = await startRedis()
const client = new Redis({ host: server.host, port: server.port })
try {
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? 'unknown'
  // Each Redis restores what itself and earlier ones dumped, and 7.0 is the earliest that is supported.
  if (!version.startsWith('7.0.')) throw new Error(`fixtures are made by Redis 7.0, not ${version}`)
  const backend = (/** @type {number | undefined} */ markers) =>
    redis({ url: server.url, ...(markers !== undefined && { markers }) })
  const fixtures = await keepAll({ createRedstart, systemClock, backend }, client)
  mkdirSync(folder, { recursive: true })
  for (const fixture of fixtures) {
    const text = JSON.stringify({ release, redis: version, ...fixture }, undefined, 2)
    writeFileSync(new URL(`${fixture.name}.json`, folder), `${text}\n`)
  }
} finally {
  client.disconnect()
  await server.stop()
}
