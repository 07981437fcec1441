import { randomUUID } from 'node:crypto'
import { createRedstart, fixedWindow } from '@redstart/core'
import { limitedFetch } from '@redstart/core/http'
import { redis } from '@redstart/core/redis'
import { type FaultProxy, faultProxy, type RedisServer, startRedis } from '@redstart/testing'
import express from 'express'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { rateLimit, rateLimitOf } from '../../src/index.ts'
import { listen } from '../express-app.ts'

const POLICIES = {
  closed: fixedWindow({ limit: 2, window: '1h', onFailure: 'closed' }),
  open: fixedWindow({ limit: 2, window: '1h', onFailure: 'open' }),
  local: fixedWindow({ limit: 2, window: '1h', onFailure: 'local' }),
  short: fixedWindow({ limit: 5, window: '1s' }),
} as const

let server: RedisServer
let proxy: FaultProxy
beforeAll(async () => {
  server = await startRedis()
  proxy = await faultProxy(server.url)
})
afterAll(async () => {
  await proxy.stop()
  await server.stop()
})

/** An app with a route for each policy. */
async function startApp(url: string, deadline: '500ms' | '10s'): Promise<string> {
  const redstart = createRedstart({ backend: redis(url), app: `app-${randomUUID()}`, policies: POLICIES, deadline })
  onTestFinished(async () => await redstart.close())
  const app = express()
  for (const policies of ['closed', 'open', 'local', 'short'] as const)
    app.get(`/${policies}`, rateLimit(redstart, { policies, clientAddress: { hops: 0 } }), (req, res) => {
      res.json({ mode: rateLimitOf(req)?.mode })
    })
  const { port, close } = await listen(app)
  onTestFinished(close)
  return `http://127.0.0.1:${port}`
}

it('while Redis is silent each route does what its policy says, and soon', async () => {
  const app = await startApp(proxy.url, '500ms')
  const ask = async (
    path: string,
  ): Promise<{ readonly status: number; readonly body: unknown; readonly answer: Response }> => {
    const answer = await fetch(app + path, { signal: AbortSignal.timeout(20_000) })
    return { status: answer.status, body: await answer.json(), answer }
  }
  await expect.poll(async () => (await ask('/open')).body).toEqual({ mode: 'redis' })
  proxy.set({ blackHole: true })
  onTestFinished(() => proxy.clear())
  const { status, body, answer } = await ask('/closed')
  expect([status, body]).toMatchObject([503, { code: 'LIMITER_UNAVAILABLE' }])
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await ask('/open')).toMatchObject({ status: 200, body: { mode: 'bypass' } })
  const statuses: number[] = []
  for (let n = 0; n < 3; n++) statuses.push((await ask('/local')).status)
  expect(statuses).toEqual([200, 200, 429])
})

it('a client that does as it is told gets all that it asked for, and hardly a refusal', async () => {
  const app = await startApp(server.url, '10s')
  let refused = 0
  const ask = limitedFetch({
    jitter: 0,
    fetch: async (request) => {
      const answer = await fetch(request)
      if (answer.status === 429) refused += 1
      return answer
    },
  })
  // It learns of the quota with the first answer.
  const answers = [await ask(`${app}/short`)]
  answers.push(...(await Promise.all(Array.from({ length: 11 }, async () => await ask(`${app}/short`)))))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(refused).toBeLessThanOrEqual(5)
})
