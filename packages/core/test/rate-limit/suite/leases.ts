import { expect, it } from 'vitest'
import { type Backend, type Decision, fixedWindow, gcra } from '../../../src/index.ts'
import { openLimiter } from '../opened.ts'
import { appName } from '../places.ts'

const MOST = 20
const slow = { rate: '1/1h', burst: 1000 } as const
const POLICIES = {
  usual: gcra({ ...slow, lease: true }),
  window: fixedWindow({ limit: 1000, window: '1h', lease: true }),
  several: gcra({ ...slow, lease: { most: MOST, duration: '1h', from: 5 } }),
  held: gcra({ ...slow, burst: 100, lease: { most: 20, duration: '1h', from: 2 } }),
  strict: gcra({ ...slow, burst: 100, lease: { most: 20, duration: '1h', from: 2 }, block: '1h' }),
}

/** What is taken ahead is used before anybody is refused, over whichever backend. */
export function leaseTests(backend: () => Backend): void {
  it.each(['usual', 'window'] as const)('lets exactly as many pass as there are, by a lease of a %s', async (name) => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    const together = Array.from({ length: 1500 }, () => limiter.check(name, { key: 'together' }))
    expect(passedOf(await Promise.all(together))).toBe(1000)
    let passed = 0
    // One after the other, by tens, and of several costs.
    for (let n = 0; n < 20; n += 1) passed += passedOf([await limiter.check(name, { key: 'several', cost: 7 })])
    for (let n = 0; n < 60; n += 1)
      passed += passedOf(await Promise.all(Array.from({ length: 20 }, () => limiter.check(name, { key: 'several' }))))
    for (let n = 0; n < 30; n += 1) passed += passedOf([await limiter.check(name, { key: 'several' })])
    expect(passed + 20 * 6).toBe(1000)
    expect(await limiter.peek(name, { key: 'several' })).toMatchObject({ policies: { [name]: { remaining: 0 } } })
  })

  it.each(['held', 'strict'] as const)('uses what it holds of a %s where no more can be had', async (name) => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    const check = async (): Promise<Decision> => await limiter.check(name, { key: 'k' })
    let checks = 0
    while ((await check()).mode !== 'lease') checks += 1
    const { policies } = await limiter.peek(name, { key: 'k' })
    // What is left to others goes to others, and what is here stays here.
    const held = 100 - (policies[name]?.remaining ?? 0) - checks - 1
    await limiter.penalty(name, { key: 'k', cost: 100 })
    const all: Decision[] = []
    for (let n = 0; n < held + 3; n += 1) all.push(await check())
    expect(passedOf(all)).toBe(held)
    expect(all.slice(0, held).every(({ mode }) => mode === 'lease')).toBe(true)
    // Nobody is kept out for what was not to be had ahead, but for what was refused.
    expect(opened.of('limit.blocked')).toHaveLength(name === 'strict' ? 1 : 0)
  })

  it('grants exactly what there is to several that take ahead, but for what one holds that is gone', async () => {
    const [app, shared] = [appName(), backend()]
    const all = [0, 1, 2].map(() => openLimiter(shared, POLICIES, { app, limits: { instances: 3 } }))
    const checks = async (own: (typeof all)[number], rounds: number): Promise<number> => {
      let passed = 0
      for (let n = 0; n < rounds; n += 1)
        passed += passedOf(
          await Promise.all(Array.from({ length: 15 }, () => own.limiter.check('several', { key: 'k' }))),
        )
      return passed
    }
    // The first one checks no more after a few rounds, without a word.
    const sums = await Promise.all(all.map(async (own, n) => await checks(own, n === 0 ? 8 : 70)))
    const passed = sums.reduce((sum, each) => sum + each, 0)
    expect(passed).toBeLessThanOrEqual(1000)
    expect(passed).toBeGreaterThanOrEqual(1000 - MOST)
    // Those that went on until nothing was to be had hold nothing.
    expect(await all[1]?.limiter.peek('several', { key: 'k' })).toMatchObject({
      policies: { several: { remaining: 0 } },
    })
    for (const own of all) await own[Symbol.asyncDispose]()
  })

  it('asks few times for many that are refused', async () => {
    await using opened = openLimiter(backend(), POLICIES)
    const { limiter } = opened
    await limiter.penalty('usual', { key: 'k', cost: 1000 })
    const all = await Promise.all(Array.from({ length: 500 }, () => limiter.check('usual', { key: 'k' })))
    expect(passedOf(all)).toBe(0)
    expect(all.filter(({ mode }) => mode !== 'deny-cache').length).toBeLessThan(20)
  })
}

function passedOf(decisions: readonly Decision[]): number {
  return decisions.filter(({ allowed }) => allowed).length
}
