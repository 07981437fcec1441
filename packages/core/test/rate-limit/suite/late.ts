import { expect, it } from 'vitest'
import { type Backend, fixedWindow, gcra } from '../../../src/index.ts'
import { openLimiter } from '../opened.ts'

const POLICIES = {
  window: fixedWindow({ limit: 4, window: '1h' }),
  gcra: gcra({ rate: '1/1h', burst: 4 }),
}

/** Stops all of Redis, and lets it go on as if nothing had been. */
export interface Stall {
  pause(): void
  resume(): void
}

const KEYS = Array.from({ length: 12 }, (_, n) => `late-${n}`)

/** What is sent, and not answered in time. */
export function lateTests(backend: () => Backend, stall: () => Stall): void {
  it.each(['window', 'gcra'] as const)('charges checks of a %s once that are answered too late', async (name) => {
    await using opened = openLimiter(backend(), POLICIES, { deadline: 100, limits: { instances: 1, denyCache: 0 } })
    const { limiter } = opened
    const left = async (): Promise<unknown> => {
      const looks = await Promise.all(KEYS.map((key) => limiter.peek(name, { key })))
      return looks.map(({ mode, policies }) => [mode, policies[name]?.remaining])
    }
    // All nodes are connected to, and have the script: what one does not know it does not run, and who has gone is not asked.
    const others = async (): Promise<unknown> => {
      const checks = await Promise.all(KEYS.map((key) => limiter.check(name, { key: `before-${key}` })))
      return checks.map(({ mode }) => mode)
    }
    await expect.poll(others).toEqual(KEYS.map(() => 'redis'))
    await expect.poll(left).toEqual(KEYS.map(() => ['redis', 4]))
    const { redis: asked, local } = limiter.stats().policies[name].modes
    const { pause, resume } = stall()
    pause()
    try {
      const all = await Promise.all(KEYS.map((key) => limiter.check(name, { key })))
      expect(all.map(({ allowed, mode }) => `${mode} ${allowed}`)).toEqual(KEYS.map(() => 'local true'))
    } finally {
      resume()
    }
    // Redis took them when it went on; they were not sent again, and not told as passed here.
    const once = KEYS.map(() => ['redis', 3])
    await expect.poll(left).toEqual(once)
    await expect.poll(() => opened.of('limit.recovered')).toContainEqual(expect.objectContaining({ reported: 0 }))
    await expect.poll(left).toEqual(once)
    expect(limiter.stats().policies[name].modes).toMatchObject({ local: local + KEYS.length, redis: asked })
  })
}
