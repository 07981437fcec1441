import { setTimeout } from 'node:timers/promises'
import { faultProxy, startRedis } from '@redstart/testing'
import { expect, it } from 'vitest'
import { createRedstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

it(
  'leaves a connection that went silent after late replies, while the breaker was open',
  { timeout: 30_000 },
  async () => {
    await using server = await startRedis()
    await using proxy = await faultProxy(server.url)
    const backend = redis({
      url: proxy.url,
      connectTimeout: '1s',
      breaker: { failures: 3, openFor: '1s', longest: '1s' },
    })
    const redstart = createRedstart({ backend, deadline: 50 })
    await redstart.cache.get('key')
    server.pause()
    while (!(await redstart.health()).warnings.some((warning) => warning.includes('at once'))) await setTimeout(1)
    // What was owed comes late, and then nothing more, on a connection that looks as if it were open.
    server.resume()
    await setTimeout(100)
    proxy.set({ halfOpen: true })
    await setTimeout(100)
    proxy.clear()
    const since = performance.now()
    let state = 'unknown'
    while (state !== 'ok' && performance.now() - since < 15_000) {
      await setTimeout(20)
      ;({ state } = await redstart.health())
    }
    expect(state).toBe('ok')
    await redstart.close()
  },
)
