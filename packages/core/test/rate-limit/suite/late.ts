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

/** What is sent, and not answered in time. */
export function lateTests(backend: () => Backend, stall: () => Stall): void {
  it.each(['window', 'gcra'] as const)('charges a check of a %s once that is answered too late', async (name) => {
    await using opened = openLimiter(backend(), POLICIES, { deadline: 100, limits: { instances: 1, denyCache: 0 } })
    const { limiter } = opened
    const look = async (key: string): Promise<unknown> => await limiter.peek(name, { key })
    await expect.poll(async () => await look('anybody')).toMatchObject({ mode: 'redis' })
    const { pause, resume } = stall()
    pause()
    try {
      expect(await limiter.check(name, { key: 'late' })).toMatchObject({ allowed: true, mode: 'local' })
    } finally {
      resume()
    }
    // Redis took it when it went on; it was not sent again, and not told as passed here.
    const once = { mode: 'redis', policies: { [name]: { remaining: 3 } } }
    await expect.poll(async () => await look('late')).toMatchObject(once)
    await expect.poll(() => opened.of('limit.recovered')).toContainEqual(expect.objectContaining({ reported: 0 }))
    await expect.poll(async () => await look('late')).toMatchObject(once)
    expect(limiter.stats().policies[name].modes).toMatchObject({ local: 1, redis: 0 })
  })
}
