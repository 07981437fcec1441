import { expect, it } from 'vitest'
import {
  type Backend,
  concurrency,
  fixedWindow,
  gcra,
  type LimitPolicy,
  slidingLog,
  slidingWindow,
  tokenBucket,
} from '../../../src/index.ts'
import { openLimiter } from '../opened.ts'
import { appName } from '../places.ts'

/** Of long times, so that nothing ends before it is looked at. */
const LONG: Readonly<Record<string, LimitPolicy>> = {
  gcra: gcra({ rate: '10/1h' }),
  bucket: tokenBucket({ capacity: 10, every: '1h' }),
  fixed: fixedWindow({ limit: 10, window: '1h' }),
  aligned: fixedWindow({ limit: 10, window: '365d', aligned: true }),
  counter: slidingWindow({ limit: 10, window: '1h' }),
  segments: slidingWindow({ limit: 10, window: '1h', strict: true }),
  log: slidingLog({ limit: 10, window: '1h' }),
}
const policies: Readonly<Record<string, LimitPolicy>> = {
  ...LONG,
  strict: gcra({ rate: '1/1h', burst: 1, block: '1h' }),
  inflight: concurrency({ limit: 2 }),
}

/** @param kept the keys of an app in Redis, and for how many ms each lives on. */
export function keptTests(backend: () => Backend, kept: (app: string) => Promise<ReadonlyMap<string, number>>): void {
  it('keeps nothing without an end, and nothing longer than it matters', async () => {
    const app = appName()
    await using opened = openLimiter(backend(), policies, { limits: {}, app })
    const { limiter } = opened
    const names = Object.keys(LONG)
    const first = await limiter.check(names, { key: 'k', cost: 2, id: 'once' })
    const lives = await kept(app)
    for (const name of names) {
      const left = lives.get(`${app}:!rl:{k}:${name}:${policies[name]?.rule.kind.charAt(0) ?? ''}`) ?? -2
      expect([name, left > 0]).toEqual([name, true])
      expect([name, left]).toEqual([name, Math.min(left, (first.policies[name]?.resetAfterMs ?? 0) + 1)])
    }
    await limiter.check(names, { key: 'k', cost: 9 })
    await limiter.check(names, { key: 'k', cost: 9, partial: true })
    for (const name of names) {
      await limiter.penalty(name, { key: 'penalty', cost: 3 })
      await limiter.reward(name, { key: 'penalty', cost: 1 })
    }
    // With what it took goes the reply to it.
    await limiter.refund(first)
    await limiter.check(names, { key: 'k', cost: 1, id: 'twice' })
    await limiter.check('strict', { key: 'k', cost: 1 })
    await limiter.check('strict', { key: 'k' })
    await limiter.block({ key: 'other', for: '1h' })
    const held = await limiter.acquire('inflight', { key: 'holder' })
    const all = await kept(app)
    // All limits of two keys, an id, two blocks with what is remembered of them, what was refused then, a permit, and the instances.
    expect(all.size).toBe(2 * names.length + 1 + 4 + 1 + 1 + 1)
    for (const [key, ms] of all) expect([key, ms > 0]).toEqual([key, true])
    if (held.allowed) await held.permit.release()
  })
}
