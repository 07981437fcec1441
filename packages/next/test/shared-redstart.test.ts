import { createRedstart, fixedWindow } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { sharedRedstart } from '@redstart/next'
import { createCacheHandlers } from '@redstart/next/handlers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { closeRuntime, runtimeOf } from '../src/runtime/runtime.ts'
import { closeShared, isStandIn } from '../src/shared-redstart.ts'

const POLICIES = { orders: fixedWindow({ limit: 2, window: '1h' }) } as const
/** Nobody listens there. */
const NOWHERE = 'redis://127.0.0.1:1'

afterEach(async () => {
  vi.unstubAllEnvs()
  await closeShared()
})

describe('the instance of a process', () => {
  it('is made by the first call, and is the same for all others', () => {
    let made = 0
    const make = (): { readonly app: string } => ({ app: `app-${(made += 1)}` })
    const first = sharedRedstart(make)
    expect(sharedRedstart(make)).toBe(first)
    expect(sharedRedstart(() => ({ app: 'evaluated-again' }))).toBe(first)
    expect(made).toBe(1)
  })

  it('is another one under another name', async () => {
    const own = sharedRedstart(() => ({}))
    expect(sharedRedstart(() => ({}), { name: 'back-office' })).not.toBe(own)
    await closeShared('back-office')
  })

  it('is what the handlers of withRedstart() use', async () => {
    const setup = {
      config: () => Promise.resolve({ default: sharedRedstart(() => ({ policies: POLICIES })) }),
      settings: { id: 'shared', namespace: 'next', retention: 60_000, maxEntryBytes: 10_000, deploymentId: '' },
    }
    createCacheHandlers(setup)
    const runtime = await runtimeOf(setup)
    expect(runtime?.redstart).toBe(sharedRedstart(() => ({})))
    await closeRuntime('shared')
  })

  it('knows its policies by their types', async () => {
    const redstart = sharedRedstart(() => ({ policies: POLICIES }))
    const { policies } = await redstart.limiter.check('orders', { key: 'ada' })
    expect(policies.orders?.remaining).toBe(1)
  })

  it('takes names again, as modules that define something with it are evaluated more than once', async () => {
    const evaluated = (loader: string): ((id: number) => Promise<string>) => {
      const redstart = sharedRedstart(() => ({}))
      redstart.warmers.register('dishes', { items: [1], warm: () => loader })
      return redstart.cache.define('dishes', { key: (id: number) => id }, (id) => `${loader} ${id}`)
    }
    const [pages, routes] = [evaluated('pages'), evaluated('routes')]
    expect([await pages(1), await routes(1), await routes(2)]).toEqual(['pages 1', 'pages 1', 'routes 2'])
    vi.stubEnv('NEXT_PHASE', 'phase-production-build')
    await closeShared()
    evaluated('collecting')
    expect(() => evaluated('rendering')).not.toThrow()
  })

  it('takes a name once where its options say so', () => {
    const { cache } = sharedRedstart(() => ({ redefine: false }))
    cache.define('dishes', { key: () => 1 }, () => 1)
    expect(() => cache.define('dishes', { key: () => 1 }, () => 1)).toThrow(/not used yet/)
  })

  it('is over memory while the app is built, with all else that it was told', async () => {
    vi.stubEnv('NEXT_PHASE', 'phase-production-build')
    const redstart = sharedRedstart(() => ({ backend: redis(NOWHERE), coherence: 'tracking', policies: POLICIES }))
    expect(await redstart.cache.getOrSet('menu', () => 'soup')).toBe('soup')
    expect((await redstart.limiter.check('orders', { key: 'ada' })).mode).toBe('memory')
    expect(isStandIn(redstart)).toBe(false)
  })

  it('is a plain one while the app is built where its options cannot be made', async () => {
    vi.stubEnv('NEXT_PHASE', 'phase-production-build')
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const redstart = sharedRedstart(() => {
      throw new Error('REDIS_URL is not set')
    })
    expect(await redstart.cache.getOrSet('menu', () => 'soup')).toBe('soup')
    expect(isStandIn(redstart)).toBe(true)
    expect((await warned).message).toContain('REDIS_URL is not set')
  })

  it('is refused outside a build where its options are wrong, and made by the next call that has right ones', () => {
    expect(() => sharedRedstart(() => ({ deadline: 'soon' as '1s' }))).toThrow(/deadline/)
    expect(() => sharedRedstart(createRedstart() as never)).toThrow(/a function/)
    expect(() => sharedRedstart(() => null as never)).toThrow(/the options of createRedstart/)
    expect(sharedRedstart(() => ({}))).toBeDefined()
  })
})
