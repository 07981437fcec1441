import { once } from 'node:events'
import { createServer } from 'node:net'
import { redis } from '@redstart/core/redis'
import { sharedRedstart } from '@redstart/next'
import { createCacheHandlers } from '@redstart/next/handlers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { closeRuntime } from '../src/runtime/runtime.ts'
import { closeShared } from '../src/shared-redstart.ts'
import { fill, servedText } from './use-cache/next-reads.ts'

afterEach(async () => {
  vi.unstubAllEnvs()
  await closeRuntime('nobody')
  await closeShared()
})

const PAGE = { kind: 'APP_PAGE', isFallback: false } as const

/** A place that takes connections and never answers, and how often somebody connected. */
async function blackHole(): Promise<{ readonly url: string; readonly connections: () => number } & AsyncDisposable> {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.on('error', () => undefined)
    server.once('close', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `redis://127.0.0.1:${port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.emit('close')
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What an app and Next.js ask for in a build and while it runs. @returns what the cache had in the end. */
async function used(url: string): Promise<readonly unknown[]> {
  const redstart = sharedRedstart(() => ({ backend: redis(url), deadline: '50ms' }))
  const handlers = createCacheHandlers({
    config: () => Promise.resolve({ default: redstart }),
    settings: { id: 'nobody', namespace: 'next', retention: 60_000, maxEntryBytes: 1000, deploymentId: '' },
  })
  const request = new handlers({})
  await fill(handlers, 'menu', { tags: ['menu'] })
  await request.get('/menu', PAGE)
  await request.set('/menu', { kind: 'APP_ROUTE', body: Buffer.from('soup'), status: 200, headers: {} }, {})
  await handlers.updateTags(['bread'])
  await request.revalidateTag('bread', { expire: 60 })
  await redstart.invalidate({ tags: ['bread'] })
  const dish = await redstart.cache.getOrSet('dish', () => 'soup')
  return [dish, await servedText(handlers, 'menu'), (await request.get('/menu', PAGE))?.value?.kind]
}

describe('a build', () => {
  it('connects to nobody, whatever is asked for, and so waits for nobody', async () => {
    await using hole = await blackHole()
    vi.stubEnv('NEXT_PHASE', 'phase-production-build')
    expect(await used(hole.url)).toEqual(['soup', 'menu', 'APP_ROUTE'])
    await new Promise(setImmediate)
    expect(hole.connections()).toBe(0)
  })

  it('is what connects to nobody: the same asks whoever is there, once it runs', async () => {
    await using hole = await blackHole()
    expect((await used(hole.url))[0]).toBe('soup')
    expect(hole.connections()).toBeGreaterThan(0)
  })
})
