import type { Duration } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CacheHandlers } from '@redstart/next/handlers'
import { type MadeHandlers, madeHandlers } from './made-handlers.ts'
import { told } from './told.ts'
import { entryOf, fill, servedText } from './use-cache/next-reads.ts'

const PAGE = { kind: 'APP_PAGE', isFallback: false } as const
const ROUTE = {
  ...({ kind: 'APP_ROUTE', body: Buffer.from('soup'), status: 200 } as const),
  headers: { 'x-next-cache-tags': 'menu' },
}

let server: RedisServer
beforeEach(async () => {
  server = await startRedis()
})
afterEach(async () => {
  await server.stop()
})

/** A long deadline, where a busy machine must not be taken for a Redis that does not answer. */
function process(deadline: Duration = '20s'): MadeHandlers {
  return madeHandlers({ backend: redis(server.url), deadline, maxStaleness: '1s' })
}

/** Every method, with what it answers where there is no Redis: none rejects. */
const METHODS: readonly (readonly [string, (handlers: CacheHandlers) => Promise<unknown>, unknown])[] = [
  ['refreshTags', (handlers) => handlers.refreshTags(), undefined],
  ["get of 'use cache'", (handlers) => handlers.get('new', ['_N_T_/']), undefined],
  ["set of 'use cache'", (handlers) => handlers.set('new', Promise.resolve(entryOf({}))), undefined],
  ['getExpiration', (handlers) => handlers.getExpiration(['menu']), Infinity],
  ['updateTags', (handlers) => handlers.updateTags(['menu']), undefined],
  ['get', (handlers) => new handlers({}).get('/new', PAGE), null],
  ['set', (handlers) => new handlers({}).set('/new', ROUTE, {}), undefined],
  ['revalidateTag', (handlers) => new handlers({}).revalidateTag('menu'), undefined],
]
const SAFE = METHODS.map(([, , safe]) => safe)

async function askAll({ handlers }: MadeHandlers): Promise<unknown[]> {
  const answers: unknown[] = []
  for (const [, ask] of METHODS) answers.push(await ask(handlers))
  return answers
}

/** The most that a method may take is four deadlines; it takes longer where the machine is busy. */
const DEADLINE = '400ms'
const BOUND_MS = 4 * 400
const ROOM = 10

describe('handlers of several processes over one Redis', () => {
  it('share what they keep, and what is invalidated by any of them or by another program', async () => {
    await using one = process()
    await using other = process()
    await fill(one.handlers, 'menu', { tags: ['menu'] })
    expect(await servedText(other.handlers, 'menu')).toBe('menu')
    const request = new one.handlers({})
    await request.get('/menu', PAGE)
    await request.set('/menu', ROUTE, {})
    expect((await new other.handlers({}).get('/menu', PAGE))?.value).toEqual(ROUTE)
    await other.redstart.invalidate({ tags: ['menu'] })
    await expect.poll(() => servedText(one.handlers, 'menu')).toBeUndefined()
    await expect.poll(() => new one.handlers({}).get('/menu', PAGE)).toBeNull()
  })

  it('do not keep what was begun while Redis did not answer, and invalidated before it was made', async () => {
    await using one = process('100ms')
    await using other = process()
    await other.handlers.refreshTags()
    const request = new one.handlers({})
    server.pause()
    // The first that this process hears of Redis is after it.
    expect(await request.get('/menu', PAGE)).toBeNull()
    server.resume()
    await other.redstart.invalidate({ tags: ['menu'] })
    await expect
      .poll(async () => {
        const another = new one.handlers({})
        await another.get('/other', PAGE)
        await another.set('/other', ROUTE, {})
        return (await new other.handlers({}).get('/other', PAGE)) === null
      })
      .toBe(false)
    await request.set('/menu', ROUTE, {})
    expect(await new one.handlers({}).get('/menu', PAGE)).toBeNull()
    expect(await new other.handlers({}).get('/menu', PAGE)).toBeNull()
  })

  it('count what another wrote by the clock of Redis, not by that of its writer', async () => {
    await using one = process()
    await using other = process()
    await one.handlers.refreshTags()
    await other.handlers.refreshTags()
    await one.handlers.get('old', [])
    await one.handlers.set('old', Promise.resolve(entryOf({ expire: 3600 })))
    const entry = await other.handlers.get('old', [])
    expect(Math.abs((entry?.timestamp ?? 0) - (performance.timeOrigin + performance.now()))).toBeLessThan(30_000)
  })
})

describe('handlers whose Redis', () => {
  it.each(['redis://127.0.0.1:1', 'redis://nowhere.invalid:6379'])('is none at %s answer what is safe', async (url) => {
    await using one = madeHandlers({ backend: redis(url), deadline: '400ms' })
    using heard = told()
    for (let times = 0; times < 3; times++) expect(await askAll(one)).toEqual(SAFE)
    expect(heard.warnings).toEqual([expect.stringMatching(/Redis does not answer/)])
  })

  it('is stalled answer what is safe, and send later what was invalidated meanwhile', async () => {
    await using one = process('400ms')
    await using other = process()
    await fill(other.handlers, 'menu', { tags: ['menu'] })
    await one.handlers.refreshTags()
    server.pause()
    try {
      expect(await askAll(one)).toEqual(SAFE)
    } finally {
      server.resume()
    }
    await expect.poll(() => servedText(other.handlers, 'menu')).toBeUndefined()
    await expect
      .poll(async () => {
        await fill(one.handlers, 'later', {})
        return servedText(other.handlers, 'later')
      })
      .toBe('menu')
  })

  it.each([
    ['after it answered', true],
    ['before anybody asked it', false],
  ])('is stalled %s answer within their bound, each method by itself', async (_, known) => {
    const made = METHODS.map(([name, ask, safe]) => ({ name, ask, safe, one: process(DEADLINE) }))
    if (known) await Promise.all(made.map(({ one }) => one.handlers.refreshTags()))
    server.pause()
    try {
      const asked = made.map(async ({ name, ask, safe, one }) => {
        const begun = performance.now()
        expect(await ask(one.handlers), name).toEqual(safe)
        expect(performance.now() - begun, name).toBeLessThan(BOUND_MS * ROOM)
      })
      await Promise.all(asked)
    } finally {
      server.resume()
      await Promise.all(made.map(({ one }) => one[Symbol.asyncDispose]()))
    }
  })

  it('is gone answer what is safe', async () => {
    await using one = process('400ms')
    await fill(one.handlers, 'menu', { tags: ['menu'] })
    await server.stop()
    expect(await askAll(one)).toEqual(SAFE)
  })

  it('begins anew serve nothing from before', async () => {
    await using one = process()
    await fill(one.handlers, 'menu', { tags: ['menu'] })
    await server.restart()
    await expect.poll(() => servedText(one.handlers, 'menu')).toBeUndefined()
    await expect
      .poll(async () => {
        await fill(one.handlers, 'menu', { tags: ['menu'] })
        return servedText(one.handlers, 'menu')
      })
      .toBe('menu')
  })

  it('holds bytes of another kind find nothing there', async () => {
    await using one = process()
    const request = new one.handlers({})
    await request.get('same', { kind: 'FETCH' })
    const data = { headers: {}, body: 'soup', url: 'http://db.example/' }
    await request.set('same', { kind: 'FETCH', data, revalidate: 60 }, { fetchCache: true })
    const keys: unknown = await server.command('KEYS', '*:fetch:*')
    expect(keys).toHaveLength(1)
    const whole = await server.command('GET', String(keys))
    using heard = told()
    await server.command('SET', String(keys), 'of another version')
    await using other = process()
    expect(await new other.handlers({}).get('same', { kind: 'FETCH' })).toBeNull()
    expect(await new other.handlers({}).get('same', { kind: 'FETCH' })).toBeNull()
    // What core wrote, and this version of ours did not.
    await server.command('SET', String(keys), String(whole).replace('RSN\u0001', 'RSN\u0002'))
    await using third = process()
    expect(await new third.handlers({}).get('same', { kind: 'FETCH' })).toBeNull()
    expect(heard.warnings).toEqual([expect.stringMatching(/damaged, or of another version/)])
  })

  it('holds everything for a bounded time', async () => {
    await using one = process()
    await fill(one.handlers, 'a', { expire: 0xff_ff_ff_fe, revalidate: 0xff_ff_ff_fe })
    const request = new one.handlers({})
    await request.get('/menu', PAGE)
    await request.set('/menu', ROUTE, { cacheControl: { revalidate: false, expire: Infinity } })
    const all = (): Promise<unknown> => server.command('KEYS', '*:next:*')
    // Both, and the moments, which are noted behind that.
    await expect.poll(all).toHaveLength(3)
    const keys = await all()
    for (const key of Array.isArray(keys) ? keys : [])
      expect(Number(await server.command('PTTL', String(key)))).toBeGreaterThan(0)
  })
})
