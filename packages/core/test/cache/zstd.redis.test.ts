import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { decodeEntry, hasCompression } from '../../src/wire/index.ts'
import { bundle, type Program } from '../processes/bundle.ts'
import { open } from './instance.ts'
import { largeMenu } from './large-menu.ts'

let server: RedisServer
let program: Program
beforeAll(async () => {
  server = await startRedis()
  program = await bundle([], new URL('zstd.child.ts', import.meta.url).pathname)
})
afterAll(async () => {
  await program?.remove()
  await server?.stop()
})

/** A Node.js that has zstd: this one, or the one that the compatibility checks have; none on platforms without either. */
function nodeWithZstd(): string | undefined {
  if (hasCompression('zstd')) return process.execPath
  const name = `node-24-${process.platform}-${process.arch}`
  const other = new URL(`../../../../tools/compatibility/node_modules/${name}/bin/node`, import.meta.url).pathname
  return existsSync(other) ? other : undefined
}

it('zstd goes through Redis where Node.js has it, and is a miss that stays where it has not', async () => {
  const node = nodeWithZstd()
  const compression = { algorithm: 'zstd' } as const
  if (node === undefined) {
    const options = { backend: redis(server.url), app: 'zstd', defaults: { compression } }
    expect(() => open(options)).toThrow(/does not have/)
    return
  }
  const { stdout } = await promisify(execFile)(node, [program.file, server.url, 'zstd'], { timeout: 50_000 })
  expect(JSON.parse(stdout)).toEqual({ reached: 'all', equal: [true, true, true] })

  const client = new Redis(server.url)
  const bytes = async (): Promise<Buffer> => (await client.getBuffer('zstd:menu:1')) ?? Buffer.alloc(0)
  const stored = await bytes()
  const decoded = decodeEntry(stored)
  expect(decoded).toMatchObject({ ok: true, entry: { codec: 'json', compression: { algorithm: 'zstd' } } })
  expect(stored.length).toBeLessThan(JSON.stringify(largeMenu()).length / 3)

  const here = open({ backend: redis(server.url), app: 'zstd', deadline: '10s' })
  const found = await here.cache.get('menu:1')
  expect(found).toEqual(hasCompression('zstd') ? largeMenu() : undefined)
  expect((await bytes()).equals(stored)).toBe(true)
  await here.close()
  client.disconnect()
})
