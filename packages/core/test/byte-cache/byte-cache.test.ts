import { createRedstart } from '@redstart/core'
import { type ByteCache, byteCache } from '@redstart/core/byte-cache'
import { memory } from '@redstart/core/memory'
import { manualClock } from '@redstart/testing'
import { describe, expect, it } from 'vitest'

const encoder = new TextEncoder()

async function keep(cache: ByteCache, path: string, text: string, tags: readonly string[] = []): Promise<void> {
  const moment = await cache.moment()
  await cache.keep(path, { bytes: encoder.encode(text), ttl: 60_000, tags, moment })
}

async function shown(cache: ByteCache, path: string, tags: readonly string[] = []): Promise<string> {
  const read = await cache.read(path, tags)
  return read.kind === 'missing' ? read.kind : `${read.kind}: ${new TextDecoder().decode(read.bytes)}`
}

describe('bytes that another protocol keeps', () => {
  it('are there until one of their tags is invalidated, by whomever', async () => {
    const redstart = createRedstart()
    const cache = byteCache(redstart, 'pages')
    await keep(cache, 'pages:a', 'soup', ['dish:1'])
    expect(await shown(cache, 'pages:a')).toBe('fresh: soup')
    await redstart.invalidate({ tags: ['dish:1'] })
    expect(await shown(cache, 'pages:a')).toBe('missing')
  })

  it('may have more tags than a value', async () => {
    const cache = byteCache(createRedstart(), 'pages')
    const tags = Array.from({ length: 500 }, (_, index) => `tag ${index}`)
    await keep(cache, 'pages:a', 'soup', tags)
    expect(await shown(cache, 'pages:a')).toBe('fresh: soup')
    await cache.invalidate(['tag 499'])
    expect(await shown(cache, 'pages:a')).toBe('missing')
  })

  it('are dropped with their namespace, and with a prefix', async () => {
    const redstart = createRedstart()
    const cache = byteCache(redstart, 'pages')
    await keep(cache, 'pages:one:a', 'soup')
    await keep(cache, 'pages:two:a', 'cake')
    await redstart.invalidate({ prefix: 'pages:one:' })
    expect([await shown(cache, 'pages:one:a'), await shown(cache, 'pages:two:a')]).toEqual(['missing', 'fresh: cake'])
  })

  it('are missing for whoever reads them with a tag that was invalidated since, and for nobody else', async () => {
    const cache = byteCache(createRedstart(), 'pages')
    await keep(cache, 'pages:a', 'soup')
    expect(await shown(cache, 'pages:a', ['/menu'])).toBe('fresh: soup')
    await cache.invalidate(['/menu'])
    expect(await shown(cache, 'pages:a', ['/menu'])).toBe('missing')
    expect(await shown(cache, 'pages:a', ['/about'])).toBe('fresh: soup')
    await keep(cache, 'pages:a', 'cake')
    expect(await shown(cache, 'pages:a', ['/menu'])).toBe('fresh: cake')
  })

  it('are stale for whoever reads them with a tag that was made stale, and missing after its time', async () => {
    const clock = manualClock()
    const cache = byteCache(createRedstart({ clock, backend: memory() }), 'pages')
    await keep(cache, 'pages:a', 'soup')
    await cache.invalidate(['/menu'], 1000)
    expect(await shown(cache, 'pages:a', ['/menu'])).toBe('stale: soup')
    expect(await shown(cache, 'pages:a')).toBe('fresh: soup')
    clock.advance(1001)
    expect(await shown(cache, 'pages:a', ['/menu'])).toBe('missing')
  })

  it('are stale until the time of their tag is over, even if it is made stale again', async () => {
    const clock = manualClock()
    const cache = byteCache(createRedstart({ clock, backend: memory() }), 'pages')
    await keep(cache, 'pages:a', 'soup', ['menu'])
    await cache.invalidate(['menu'], 1000)
    clock.advance(900)
    await cache.invalidate(['menu'], 1000)
    expect(await shown(cache, 'pages:a')).toBe('stale: soup')
    clock.advance(101)
    expect(await shown(cache, 'pages:a')).toBe('missing')
  })

  it('that are kept once more are hit by what hit them', async () => {
    const cache = byteCache(createRedstart(), 'pages')
    await keep(cache, 'pages:a', 'soup', ['menu'])
    const read = await cache.read('pages:a')
    expect(read.kind).toBe('fresh')
    if (read.kind === 'missing') return
    await cache.invalidate(['menu'])
    const moment = cache.momentOf(read.entry)
    await cache.keep('pages:a', { bytes: read.bytes, ttl: 60_000, tags: ['menu'], moment })
    expect(await shown(cache, 'pages:a')).toBe('missing')
  })

  it('that were begun before an invalidation are hit by it', async () => {
    const cache = byteCache(createRedstart(), 'pages')
    const moment = await cache.moment()
    await cache.invalidate(['menu'])
    await cache.keep('pages:a', { bytes: encoder.encode('soup'), ttl: 60_000, tags: ['menu'], moment })
    expect(await shown(cache, 'pages:a')).toBe('missing')
  })

  it('are of one instance, and of a namespace that may be one', () => {
    expect(() => byteCache(createRedstart(), 'a:b')).toThrow(/namespace/)
    expect(() => byteCache({} as never, 'pages')).toThrow(/createRedstart/) // what JavaScript would pass
    const cache = byteCache(createRedstart(), 'pages')
    expect(() => cache.momentOf({})).toThrow(/momentOf/)
  })
})
