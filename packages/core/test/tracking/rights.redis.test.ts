import { setTimeout } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart, type RedstartEvent } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { documentedRights } from '../redis/rights.ts'

const APP = 'shop'
const password = 's3cret'
const DEADLINE = 1000
const { always, tracking } = documentedRights(APP)

let server: RedisServer
beforeAll(async () => {
  server = await startRedis({ users: ['user default off'] })
})
afterAll(() => server.stop())

interface Watched {
  readonly instance: Redstart
  readonly events: RedstartEvent[]
}

async function open(username: string, rights: readonly string[]): Promise<Watched> {
  await server.command('ACL', 'SETUSER', username, 'on', `>${password}`, ...rights)
  const backend = redis({ url: server.url, username, password })
  const options = { app: APP, coherence: 'tracking', maxStaleness: '60s', deadline: DEADLINE } as const
  const instance = createRedstart({ ...options, backend })
  const events: RedstartEvent[] = []
  instance.events.subscribe((event) => void events.push(event))
  return { instance, events }
}

/** What reads see while somebody else deletes the entry, and how many of them memory answered. */
async function use({ instance, events }: Watched): Promise<{ readonly wrong: number; readonly l1: number }> {
  const { cache } = instance
  let wrong = 0
  for (let round = 0; round < 5; round++) {
    await cache.set('menu:dish', round)
    for (let n = 0; n < 10; n++) {
      if ((await cache.get('menu:dish')) !== round) wrong++
      await setTimeout(2)
    }
    await server.command('DEL', `${APP}:menu:dish`)
    const gone = async (): Promise<boolean> => (await cache.get('menu:dish')) === undefined
    for (const end = performance.now() + 2000; !(await gone()); await setTimeout(5)) {
      if (performance.now() < end) continue
      wrong++
      break
    }
  }
  return { wrong, l1: events.filter((event) => event.type === 'cache.hit' && event.tier === 'l1').length }
}

const troubles = (events: readonly RedstartEvent[]): RedstartEvent[] =>
  events.filter((event) => event.type === 'store.error')

describe('as a user with just enough rights', () => {
  it('memory follows what others change', async () => {
    const watched = await open('enough', [...always, ...tracking])
    const { wrong, l1 } = await use(watched)
    expect(wrong).toBe(0)
    expect(l1).toBeGreaterThan(10)
    expect(troubles(watched.events)).toEqual([])
    await watched.instance.close()
  })

  it.each(tracking)('without %s reads go to Redis, and it is told why', async (right) => {
    const watched = await open(
      `without-${right.replaceAll(/\W/g, '-')}`,
      [...always, ...tracking].filter((each) => each !== right),
    )
    const begun = performance.now()
    const { wrong, l1 } = await use(watched)
    const took = performance.now() - begun
    expect(wrong).toBe(0)
    expect(l1).toBe(0)
    const told = troubles(watched.events)
    expect(told.length).toBeGreaterThan(0)
    expect(told.length).toBeLessThanOrEqual(took / (DEADLINE / 10) + 1)
    for (const event of told)
      expect(event).toMatchObject({
        operation: 'track',
        code: 'STORE_FAILED',
        error: { message: expect.stringContaining('NOPERM') },
      })
    await watched.instance.close()
  })

  it('a right that comes later is used without a restart', async () => {
    const watched = await open('later', always)
    await use(watched)
    await server.command('ACL', 'SETUSER', 'later', ...tracking)
    watched.events.length = 0
    const { wrong, l1 } = await use(watched)
    expect(wrong).toBe(0)
    expect(l1).toBeGreaterThan(10)
    await watched.instance.close()
  })
})
