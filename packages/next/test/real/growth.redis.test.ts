import { createRedstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { startRedis } from '@redstart/testing'
import { expect, it } from 'vitest'
import { buildApp, RunningApp } from './real-app.ts'

const REQUESTS = 20_000
const SLUGS = 100

async function heapOf(app: RunningApp): Promise<number> {
  const { heapUsed }: { heapUsed: number } = JSON.parse((await app.get('/heap')).text) // as the route sends it
  return heapUsed
}

it(
  'a real app grows no further over 20 000 requests, and has as many connections',
  { timeout: 1_800_000 },
  async () => {
    await using server = await startRedis()
    const env = { REDIS_URL: server.url, REAL_APP: 'growth', REAL_BUILD: 'growth' }
    await buildApp(env)
    await using app = await RunningApp.start(env)
    const redstart = createRedstart({ backend: redis(server.url), app: 'growth' })
    const connections = async (): Promise<number> =>
      String(await server.command('CLIENT', 'LIST'))
        .trim()
        .split('\n').length
    let asked = 0
    const askUntil = async (last: number): Promise<void> => {
      while (asked < last) {
        const all = Array.from({ length: 10 }, async () => {
          const slug = (asked += 1) % SLUGS
          expect((await app.get(`${asked % 2 === 0 ? '/isr' : '/cached'}/dish-${slug}`)).status).toBe(200)
        })
        await Promise.all(all)
        // Entries are dropped and made anew all the time.
        if (asked % 100 === 0) await redstart.invalidate({ tags: [`dish:dish-${(asked / 100) % SLUGS}`] })
      }
    }
    await askUntil(REQUESTS / 4)
    const [heap, connected] = [await heapOf(app), await connections()]
    await askUntil(REQUESTS)
    const end = await heapOf(app)
    console.log(
      `heap ${heap} at ${REQUESTS / 4}, ${end} at ${REQUESTS}: x ${(end / heap).toFixed(3)}; connections ${connected}, ${await connections()}`,
    )
    expect(end / heap).toBeLessThanOrEqual(1.05)
    expect(await connections()).toBe(connected)
    await redstart.close()
  },
)
