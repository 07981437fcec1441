import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { env } from 'node:process'
import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type RedisRest, type RedisServer, startRedis, startRedisRest } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type RunningRuntime, type RuntimeName, startRuntime } from './start-runtime.ts'

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

interface Asked {
  readonly runs: number
  readonly language: string | null
  readonly status: string | null
}

// The others differ in little that a cache could notice, and take as long again each.
const RUNTIMES: readonly RuntimeName[] = env['REDSTART_SOAK'] === '1' ? ['workerd', 'Deno', 'Bun'] : ['workerd']

for (const name of RUNTIMES) {
  describe(`answers in ${name}, cached over HTTP`, () => {
    const app = `app-${randomUUID()}`
    let running: RunningRuntime
    beforeAll(async () => {
      const given = { REST_URL: rest.url, REST_TOKEN: rest.token, APP: app }
      running = await startRuntime(name, join(import.meta.dirname, 'cached.entry.ts'), given)
    })
    afterAll(async () => await running.stop())

    const ask = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Asked> => {
      const answer = await fetch(`http://127.0.0.1:${running.port}${path}`, {
        headers,
        signal: AbortSignal.timeout(20_000),
      })
      const { runs, language } = (await answer.json()) as Omit<Asked, 'status'> // what the program above answers
      return { runs, language, status: answer.headers.get('cache-status') }
    }

    it('come from the cache until a process with a connection drops them', async () => {
      const redstart = createRedstart({ app, backend: redis(server.url), deadline: '10s' })
      onTestFinished(async () => await redstart.close())
      const first = await ask('/page')
      expect(await ask('/page')).toMatchObject({ runs: first.runs, status: expect.stringMatching(/; hit;/) })
      await redstart.invalidate({ tags: ['page:/page'] }, { require: 'all' })
      await expect.poll(async () => (await ask('/page')).runs).toBeGreaterThan(first.runs)
    })

    it('are dropped by what changes them', async () => {
      const first = await ask('/page')
      await fetch(`http://127.0.0.1:${running.port}/page`, { method: 'POST', signal: AbortSignal.timeout(20_000) })
      expect((await ask('/page')).runs).toBeGreaterThan(first.runs)
    })

    it('are kept for each language', async () => {
      const german = await ask('/languages', { 'accept-language': 'de' })
      const english = await ask('/languages', { 'accept-language': 'en' })
      expect([german.language, english.language]).toEqual(['de', 'en'])
      expect((await ask('/languages', { 'accept-language': 'de' })).runs).toBe(german.runs)
    })

    it('are made once for many who ask at the same time', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, async () => await ask('/slow')))
      expect(new Set(answers.map(({ runs }) => runs)).size).toBe(1)
    })

    it('are served stale while they are made anew behind the back of the client', async () => {
      const first = await ask('/stale')
      await expect.poll(async () => (await ask('/stale')).runs).toBeGreaterThan(first.runs)
      expect((await ask('/stale')).status).toMatch(/; hit;/)
    })
  })
}
