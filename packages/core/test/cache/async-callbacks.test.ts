import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Logger } from '../../src/index.ts'
import { open } from './instance.ts'

const problem = new Error('later')
async function later(): Promise<never> {
  throw problem
}

/** What types forbid: a function that answers with a promise where an answer, or none, is wanted at once. */
const rejects = (): never => later() as never
const one = (): number => 1

/** What would have ended the process. */
const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)

beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})

afterEach(async () => {
  // Node tells of rejections behind the microtasks of the turn.
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('a callback that is only told something and rejects is told as an event, once', () => {
  test('onReached', async () => {
    const here = open()
    for (const tags of [['a'], ['b']])
      await here.invalidateAfterCommit((invalidate) => invalidate({ tags }), { onReached: rejects })
    await turn()
    expect(here.of('listener.error')).toEqual([{ type: 'listener.error', error: problem }])
    await here.close()
  })

  test('onProgress of a purge', async () => {
    const here = open()
    await here.cache.setMany([
      ['orders:1', 1],
      ['orders:2', 2],
    ])
    expect(await here.cache.purge({ match: 'orders:*' }, { batch: 1, onProgress: rejects })).toMatchObject({
      removed: 2,
    })
    await turn()
    expect(here.of('listener.error')).toHaveLength(1)
    await here.close()
  })

  test('onProgress of a warmer', async () => {
    const here = open()
    here.warmers.register('items', { items: [1, 2], warm: () => undefined })
    expect(await here.warmers.run('items', { onProgress: rejects })).toMatchObject({ warmed: 2, failed: 0 })
    await turn()
    expect(here.of('listener.error')).toHaveLength(1)
    expect(here.of('warmer.failed')).toEqual([])
    await here.close()
  })

  test.each([
    ['of the instance', { waitUntil: rejects }, {}],
    ['of a call', {}, { waitUntil: rejects }],
  ])('waitUntil %s', async (_whose, options, how) => {
    const here = open(options)
    const read = (): Promise<number> => here.cache.getOrSet('k', () => 1, { ttl: 1000, stale: 60_000, ...how })
    await read()
    here.clock.advance(2000)
    expect(await read()).toBe(1)
    await turn()
    expect(here.of('listener.error')).toEqual([{ type: 'listener.error', error: problem }])
    await here.close()
  })

  test('the logger', async () => {
    const logger: Logger = { debug: rejects, info: rejects, warn: rejects, error: rejects }
    const here = open({ logger })
    here.events.subscribe(() => {
      throw new Error('also')
    })
    await here.cache.getOrSet('k', rejects).catch(() => undefined)
    await turn()
    expect(here.of('listener.error').map(({ error }) => String(error))).toEqual(['Error: also', 'Error: later'])
    await here.close()
  })
})

describe('a function that must answer at once and answers with a promise rejects the read', () => {
  test.each([
    ['cacheIf', { cacheIf: rejects }],
    ['cacheIf', { cacheIf: () => (async () => true)() as never }],
    ['tags', { tags: rejects }],
    ['tags', { tags: () => 'menu' as never }],
  ])('%s of getOrSet', async (name, options) => {
    const here = open()
    await expect(here.cache.getOrSet('k', () => 1, options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(name),
    })
    expect(await here.cache.has('k')).toBe(false)
    await here.close()
  })

  test.each([
    ['key', { key: (): never => rejects() }],
    ['tags', { key: one, tags: rejects }],
    ['argumentTags', { key: one, argumentTags: rejects }],
    ['argumentTags', { key: one, argumentTags: () => null as never }],
    ['cacheIf', { key: one, cacheIf: rejects }],
  ])('%s of a definition and of a cached function', async (name, options) => {
    const here = open()
    const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining(name) }
    const defined = here.cache.define('defined', options, () => 1)
    await expect(defined()).rejects.toMatchObject(refused)
    const cached = here.cache.cached('cached', options, () => 1)
    await expect(cached()).rejects.toMatchObject(refused)
    await here.close()
  })
})
