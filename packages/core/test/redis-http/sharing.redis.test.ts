import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createRedstart, type Redstart, type RedstartOptions } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { redisHttp } from '../../src/redis-http/index.ts'
import { restPlace, TIMEOUT } from './rest-place.ts'

const place = restPlace()
/** Longer than a test: nobody asks again by itself. */
const NEVER = '1h'

interface Pair extends AsyncDisposable {
  readonly over: Redstart<RedstartOptions>
  readonly connected: Redstart<RedstartOptions>
}

/** Two processes of one app, one over HTTP and one over a connection. */
function pair(app: string, options: Partial<RedstartOptions> = {}): Pair {
  const { url, token } = place.rest
  const keys = Buffer.alloc(32, 7).toString('base64url')
  const shared = { app, deadline: TIMEOUT, keys, sessions: {}, ...options }
  const over = createRedstart({ ...shared, backend: redisHttp({ url, token }) })
  const connected = createRedstart({ ...shared, backend: redis(place.server.url) })
  return {
    over,
    connected,
    [Symbol.asyncDispose]: async () => void (await Promise.all([over.close(), connected.close()])),
  }
}

it('what one stores the other reads, whatever its bytes are', async () => {
  await using both = pair('stored')
  const values = {
    text: 'é漢😀\u0000',
    bytes: Uint8Array.from({ length: 256 }, (_, n) => n),
    when: new Date(0),
    all: new Map([[1, 2n]]),
  }
  await both.over.cache.getOrSet('menu:over', () => values)
  await both.connected.cache.getOrSet('menu:connected', () => values)
  expect(await both.connected.cache.getOrSet('menu:over', () => 'loaded again')).toEqual(values)
  expect(await both.over.cache.getOrSet('menu:connected', () => 'loaded again')).toEqual(values)
})

it('the one that invalidates never reads it again, a connected one hears of it at once', async () => {
  await using both = pair('told', { maxStaleness: NEVER })
  const names = { tags: ['menu'] }
  for (const each of [both.over, both.connected]) await each.cache.getOrSet('menu:a', () => 'old', names)
  expect(await both.over.invalidate(names)).toEqual({ reached: 'all' })
  expect(await both.over.cache.getOrSet('menu:a', () => 'new', names)).toBe('new')
  let read = 'old'
  for (let tries = 0; tries < 500 && read === 'old'; tries += 1) {
    read = await both.connected.cache.getOrSet('menu:a', () => 'newer', names)
    if (read === 'old') await setTimeout(10)
  }
  expect(read).toBe('new')
})

it('over HTTP the other one sees it when it asks: within maxStaleness, and each time where reads are strict', async () => {
  for (const [app, options] of [
    ['bounded', { maxStaleness: 50 }],
    ['strict', { consistency: 'strict' }],
  ] as const) {
    await using both = pair(app, options)
    const names = { tags: ['menu'] }
    await both.over.cache.getOrSet('menu:a', () => 'old', names)
    expect(await both.connected.invalidate(names)).toEqual({ reached: 'all' })
    // By the clock of the machine, which does not run behind that of the instance.
    if (app === 'bounded') await setTimeout(60)
    expect(await both.over.cache.getOrSet('menu:a', () => 'new', names)).toBe('new')
  }
})

it('word of changes cannot be had, and that is said when the instance is made', () => {
  const { url, token } = place.rest
  const tracking = (): unknown => createRedstart({ backend: redisHttp({ url, token }), coherence: 'tracking' })
  expect(tracking).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }) as Error)
})

it('what nobody invalidated is read by whoever comes later, however much else was invalidated meanwhile', async () => {
  await using first = pair('kept')
  await first.over.cache.getOrSet('menu:a', () => 'kept', { tags: ['kept'] })
  await first.connected.cache.getOrSet('menu:b', () => 'kept', { tags: ['kept'] })
  for (let n = 0; n < 3; n += 1) await first.connected.invalidate({ tags: [`other:${n}`] })
  await using second = pair('kept')
  for (const key of ['menu:a', 'menu:b'])
    for (const { cache } of [second.over, second.connected]) {
      expect(await cache.getOrSet(key, () => 'loaded again', { tags: ['kept'] })).toBe('kept')
    }
  await first.connected.invalidate({ tags: ['other:3'] })
  expect(await first.over.cache.getOrSet('menu:b', () => 'loaded again', { tags: ['kept'] })).toBe('kept')
})
