import { createRedstart, type Redstart } from '@redstart/core'
import { type ByteCache, byteCache } from '@redstart/core/byte-cache'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const bytes = new TextEncoder().encode('soup')

let server: RedisServer
const open: Redstart[] = []
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => {
  await Promise.all(open.map((redstart) => redstart.close()))
  await server.stop()
})

function instance(): { readonly redstart: Redstart; readonly cache: ByteCache } {
  const redstart = createRedstart({ backend: redis(server.url), deadline: '20s', maxStaleness: '30s' })
  open.push(redstart)
  return { redstart, cache: byteCache(redstart, 'pages') }
}

describe('bytes that several processes share', () => {
  it('are decided by the tags of their readers in a process that knows nothing of these yet', async () => {
    const { cache } = instance()
    await cache.keep('pages:a', { bytes, ttl: 60_000, tags: [], moment: await cache.moment() })
    await cache.invalidate(['/menu'])
    const later = instance()
    expect((await later.cache.read('pages:a', ['/menu'])).kind).toBe('missing')
    expect((await later.cache.read('pages:a', ['/about'])).kind).toBe('fresh')
  })

  it('are stale, or gone, everywhere', async () => {
    const [one, other] = [instance(), instance()]
    await one.cache.keep('pages:b', { bytes, ttl: 60_000, tags: ['menu'], moment: await one.cache.moment() })
    expect((await other.cache.read('pages:b')).kind).toBe('fresh')
    await one.cache.invalidate(['menu'], 3_600_000)
    await expect.poll(async () => (await other.cache.read('pages:b')).kind).toBe('stale')
    await other.redstart.invalidate({ tags: ['menu'] })
    await expect.poll(async () => (await one.cache.read('pages:b')).kind).toBe('missing')
  })

  it('are the newest, where what memory has is stale', async () => {
    const [one, other] = [instance(), instance()]
    await one.cache.keep('pages:c', { bytes, ttl: 60_000, tags: ['cakes'], moment: await one.cache.moment() })
    expect((await other.cache.read('pages:c')).kind).toBe('fresh')
    await one.cache.invalidate(['cakes'], 3_600_000)
    await expect.poll(async () => (await other.cache.read('pages:c')).kind).toBe('stale')
    const cake = new TextEncoder().encode('cake')
    await one.cache.keep('pages:c', { bytes: cake, ttl: 60_000, tags: ['cakes'], moment: await one.cache.moment() })
    const read = await other.cache.read('pages:c')
    expect(read).toMatchObject({ kind: 'fresh' })
    expect(read.kind !== 'missing' && Buffer.from(read.bytes).toString()).toBe('cake')
  })

  it('are not asked for again at once where Redis did not answer', async () => {
    const stalled = await startRedis()
    const redstart = createRedstart({ backend: redis(stalled.url), deadline: '300ms', maxStaleness: '1ms' })
    try {
      const cache = byteCache(redstart, 'pages')
      stalled.pause()
      expect(await cache.read('pages:a')).toEqual({ kind: 'missing', unreached: true })
      expect(cache.resting).toBe(true)
      // No promise: nobody is asked.
      expect(cache.read('pages:b')).toEqual({ kind: 'missing', unreached: true })
      stalled.resume()
      await expect.poll(async () => await cache.read('pages:a')).toEqual({ kind: 'missing', unreached: false })
    } finally {
      await redstart.close()
      await stalled.stop()
    }
  })
})
