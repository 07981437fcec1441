import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart, type RedstartOptions } from '../../src/index.ts'
import { redisHttp } from '../../src/redis-http/index.ts'
import { restPlace, TIMEOUT } from './rest-place.ts'

const question = { candidate: '1'.repeat(32), keep: 60_000 }
const next = { candidate: '2'.repeat(32), keep: 60_000 }

describe('a server that was started anew from what it had saved earlier', () => {
  const place = restPlace()
  let client: Redis
  beforeAll(() => {
    client = new Redis(place.server.url)
    // It is gone for a while, on purpose.
    client.on('error', () => {})
  })
  afterAll(() => client.disconnect())

  /** Starts it anew with the keys as they were; what is done in between is lost. */
  async function restored(app: string, between: () => Promise<unknown>): Promise<void> {
    const keys = [`{${app}}:meta`, `${app}:menu:a`]
    const saved = await Promise.all(keys.map(async (key) => [key, await client.dumpBuffer(key)] as const))
    await between()
    await place.server.restart()
    await client.ping()
    for (const [key, dump] of saved) if (dump !== null) await client.restore(key, 0, dump)
    await place.reached()
  }

  it('has its generation ended by the first question', async () => {
    const store = place.open('asked')
    await store.read({ keys: [], question }, TIMEOUT)
    await restored('asked', async () => {})
    expect((await store.read({ keys: [], question: next }, TIMEOUT)).answer).toMatchObject({
      generation: next.candidate,
      clock: 1,
    })
  })

  it('or by the first snapshot, which then is none', async () => {
    const store = place.open('shot')
    await store.read({ keys: [], question }, TIMEOUT)
    expect((await store.read({ keys: [], names: ['t:x'] }, TIMEOUT)).snapshot).toMatchObject({ clock: 1 })
    await restored('shot', async () => {})
    expect((await store.read({ keys: [], names: ['t:x'] }, TIMEOUT)).snapshot).toBeUndefined()
    expect(await place.server.command('EXISTS', '{shot}:meta')).toBe(0)
  })

  it('serves nothing that was invalidated meanwhile, to strict reads at once', async () => {
    const open = (): Redstart<RedstartOptions> => {
      const { url, token } = place.rest
      const backend = redisHttp({ url, token })
      return createRedstart({ app: 'strict', backend, consistency: 'strict', deadline: TIMEOUT })
    }
    const [here, there] = [open(), open()]
    await here.cache.getOrSet('menu:a', () => 'old', { tags: ['menu'] })
    expect(await there.cache.getOrSet('menu:a', () => 'wrong')).toBe('old')
    await restored('strict', () => here.invalidate({ tags: ['menu'] }))
    expect(await place.server.command('EXISTS', 'strict:menu:a')).toBe(1)
    expect(await there.cache.getOrSet('menu:a', () => 'new')).toBe('new')
    await Promise.all([here.close(), there.close()])
  })
})

describe('a server that does not tell its run id', () => {
  const place = restPlace({ users: ['user default on nopass ~* &* +@all -info'] })

  it('keeps its generation, and markers as any', async () => {
    const store = place.open('untold')
    const asked = await store.read({ keys: [], question }, TIMEOUT)
    expect(asked.answer).toMatchObject({ generation: question.candidate, clock: 1 })
    const invalidation = { ...question, names: ['t:x'], kind: 'hard', deadline: Infinity, unlink: [] } as const
    await store.invalidate(invalidation, TIMEOUT)
    const { answer, snapshot } = await store.read({ keys: [], question: next, names: ['t:x'] }, TIMEOUT)
    expect(answer).toMatchObject({ generation: question.candidate, clock: 2 })
    expect(snapshot?.markers.get('t:x')).toMatchObject({ hard: 2 })
  })

  it('begins a generation with an invalidation, too', async () => {
    const store = place.open('untold-first')
    const invalidation = { ...question, names: ['t:x'], kind: 'hard', deadline: Infinity, unlink: [] } as const
    const done = await store.invalidate(invalidation, TIMEOUT)
    expect(done).toEqual({ generation: question.candidate, previous: 1, clock: 2 })
    expect((await store.read({ keys: [], names: ['t:x'] }, TIMEOUT)).snapshot).toMatchObject({ clock: 2 })
  })
})
