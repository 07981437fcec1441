import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type RedisServer, startRedis } from '@redstart/testing'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

function open(app: string): Redstart {
  return createRedstart({ backend: redis({ url: server.url, connectionName: app }), app, deadline: '5s' })
}

/** Connections that an instance holds. */
async function connectionsOf(app: string): Promise<number> {
  const list = String(await server.command('CLIENT', 'LIST'))
  return list.split('\n').filter((line) => line.includes(` name=${app} `)).length
}

describe('close()', () => {
  it('lets running loads finish, hands their results to their callers, and leaves no connection', async () => {
    const { cache, close } = open('finish')
    await cache.get('connected')
    const loads = [10, 60, 150].map((ms) => cache.getOrSet(`key${ms}`, () => setTimeout(ms, ms)))
    const joined = cache.getOrSet('key150', () => 0)
    await setTimeout(5)
    const closed = close()
    await expect(cache.getOrSet('late', () => 'late')).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await Promise.all([...loads, joined])).toEqual([10, 60, 150, 150])
    await closed
    expect(await server.command('EXISTS', 'finish:default:key150')).toBe(1)
    await expect.poll(() => connectionsOf('finish')).toBe(0)
  })

  it('may be called again, and before anything was used', async () => {
    const unused = open('unused')
    await unused.close()
    await unused.close()
    await expect(unused.invalidate({ tags: ['a'] })).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await connectionsOf('unused')).toBe(0)
  })

  it('ends within the deadline while Redis does not answer', async () => {
    const { cache, close } = createRedstart({ backend: redis(server.url), app: 'stalled', deadline: 500 })
    await cache.get('key')
    server.pause()
    try {
      const load = cache.getOrSet('key', () => setTimeout(50, 'loaded'))
      const begun = performance.now()
      await close()
      expect(await load).toBe('loaded')
      expect(performance.now() - begun).toBeLessThan(5000)
    } finally {
      server.resume()
    }
  })
})

describe('a process that closed its instance', () => {
  /** Below the package, so that the bundle finds the package's dependencies. */
  const folder = fileURLToPath(new URL(`../../node_modules/.close-${process.pid}`, import.meta.url))

  // Node.js 20 runs no TypeScript: the child gets a bundle of the sources.
  beforeAll(async () => {
    const input = fileURLToPath(new URL('close.child.mjs', import.meta.url))
    await build({
      configFile: false,
      logLevel: 'silent',
      build: { ssr: true, outDir: folder, rollupOptions: { input, output: { entryFileNames: 'child.mjs' } } },
    })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('ends by itself, with every result delivered', async () => {
    const child = spawn(process.execPath, [join(folder, 'child.mjs'), server.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 40_000,
    })
    const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect([code, signal]).toEqual([0, null])
    expect(JSON.parse(output)).toEqual(['first', 50, 100, 300])
  })
})
