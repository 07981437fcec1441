import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type RedisRest, type RedisServer, startRedis, startRedisRest } from '@redstart/testing'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { session } from '../../src/index.ts'
import { listen } from '../node-adapter.ts'
import { type RunningRuntime, type RuntimeName, startRuntime } from './start-runtime.ts'

const KEYS = Buffer.alloc(32, 5).toString('base64')

let server: RedisServer
let rest: RedisRest
beforeAll(async () => {
  server = await startRedis()
  rest = await startRedisRest({ redisUrl: server.url })
})
afterAll(async () => {
  await rest.stop()
  await server.stop()
})

for (const name of ['workerd', 'Deno', 'Bun'] satisfies RuntimeName[]) {
  describe(`sessions in ${name}, over HTTP`, () => {
    const app = `app-${randomUUID()}`
    let running: RunningRuntime
    beforeAll(async () => {
      const env = { REST_URL: rest.url, REST_TOKEN: rest.token, KEYS, APP: app }
      running = await startRuntime(name, join(import.meta.dirname, 'session.entry.ts'), env)
    })
    afterAll(async () => await running.stop())

    const ask = async (path: string, cookie = '', method = 'GET'): Promise<Response> =>
      await fetch(`http://127.0.0.1:${running.port}${path}`, {
        method,
        redirect: 'manual',
        headers: cookie === '' ? {} : { cookie },
        signal: AbortSignal.timeout(20_000),
      })
    const logIn = async (user: string): Promise<string> => cookieOf(await ask(`/login/${user}`, '', 'POST'))

    it('are begun, kept and ended', async () => {
      const cookie = await logIn('ada')
      expect(await (await ask('/views', cookie)).json()).toEqual({ userId: 'ada', views: 1 })
      expect(await (await ask('/who', cookie)).json()).toEqual({ userId: 'ada', views: 1 })
      const out = await ask('/logout', cookie, 'POST')
      expect(out.headers.getSetCookie()).toEqual([expect.stringMatching(/^sid=; Max-Age=0; /)])
      expect(await (await ask('/who', cookie)).json()).toEqual({ userId: null, views: 0 })
    })

    it('are those of a process with a connection', async () => {
      const redstart = createRedstart<{ views: number }>({
        app,
        keys: KEYS,
        backend: redis(server.url),
        deadline: '10s',
      })
      onTestFinished(async () => await redstart.close())
      const { port, close } = await listen(
        new Hono().use(session(redstart)).get('/', (c) => c.json([c.var.session.userId, c.var.session.views])),
      )
      onTestFinished(close)
      const cookie = await logIn('grace')
      await ask('/views', cookie)
      expect(await (await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } })).json()).toEqual(['grace', 1])
      expect(await redstart.sessions.user('grace').revokeAll()).toBe(1)
      expect(await (await ask('/who', cookie)).json()).toEqual({ userId: null, views: 0 })
    })

    it('of many at the same time are each their own', async () => {
      const users = Array.from({ length: 20 }, (_, n) => `user${n}`)
      const cookies = await Promise.all(users.map(logIn))
      for (let round = 1; round <= 5; round++) {
        const answers = await Promise.all(cookies.map(async (cookie) => await jsonOf(await ask('/views', cookie))))
        expect(answers).toEqual(users.map((userId) => ({ userId, views: round })))
      }
    })

    it('store at the end of a stream what was changed on its way', async () => {
      const cookie = await logIn('eve')
      const streamed = await ask('/stream', cookie)
      expect(await (await ask('/note', cookie)).json()).toBe('begun')
      expect(await streamed.text()).toBe('piece 1\npiece 2\npiece 3\n')
      await expect.poll(async () => await jsonOf(await ask('/note', cookie))).toBe('ended')
    })

    it('go with an answer that was fetched, whose headers stay as they are', async () => {
      const cookie = await logIn('joan')
      const answer = await ask('/elsewhere', cookie)
      expect([answer.status, await answer.text()]).toEqual([200, 'fetched'])
    })

    it('stand beside limits, of which a request that failed gets back what it took', async () => {
      let answer: Response | undefined
      const limit = async (path: string): Promise<number> => {
        answer = await fetch(`http://127.0.0.1:${running.port}${path}`, {
          headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' },
          signal: AbortSignal.timeout(20_000),
        })
        return answer.status
      }
      // It may come a moment after the answer.
      for (let n = 0; n < 4; n++) await expect.poll(async () => await limit('/limited?fails')).toBe(400)
      expect(answer?.headers.get('ratelimit')).toMatch(/^"two";r=[01];t=3(?:600|5\d\d)$/)
      await expect.poll(async () => await limit('/limited')).toBe(429)
      expect(await answer?.json()).toMatchObject({ code: 'QUOTA_EXCEEDED', 'violated-policies': ['two'] })
      expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(3000)
    })

    it('say 401 where somebody has to be signed in', async () => {
      const answer = await ask('/mine')
      expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'NOT_SIGNED_IN' }])
    })
  })
}

function cookieOf(answer: Response): string {
  const [set = ''] = answer.headers.getSetCookie()
  return set.split(';', 1)[0] ?? ''
}

async function jsonOf(answer: Response): Promise<unknown> {
  return await answer.json()
}
