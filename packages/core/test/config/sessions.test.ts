import { randomBytes } from 'node:crypto'
import { manualClock } from '@redstart/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, configFromEnv, createRedstart, type Redstart } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { redis } from '../../src/redis/index.ts'

const opened: Redstart[] = []
afterEach(() => Promise.all(opened.splice(0).map((redstart) => redstart.close())))

function instance(
  env: Record<string, string>,
  rest: { backend?: ReturnType<typeof memory>; clock?: Clock } = {},
): Redstart {
  const redstart = createRedstart({ ...configFromEnv(env).redstart, ...rest })
  opened.push(redstart)
  return redstart
}

async function cookieOf({ sessions }: Redstart, userId: string): Promise<string> {
  return (await sessions.create({ userId })).cookie.value
}

describe('variables of the environment', () => {
  it('say how long a session may be idle, and cleaning up is nobody’s work', async () => {
    const clock = manualClock()
    const redstart = instance({ SESSION_TIMEOUT_MINUTES: '5', SESSION_CLEANUP_INTERVAL: '15' }, { clock })
    const cookie = await cookieOf(redstart, 'ada')
    clock.advance(4 * 60_000)
    expect((await redstart.sessions.introspect(cookie)).active).toBe(true)
    clock.advance(60_001)
    expect((await redstart.sessions.introspect(cookie)).active).toBe(false)
    expect(await redstart.sessions.user('ada').list()).toEqual([])
  })

  it('say how many sessions a user may have', async () => {
    const redstart = instance({ MAX_SESSIONS_PER_USER: '2' })
    for (let n = 0; n < 4; n += 1) await cookieOf(redstart, 'ada')
    expect(await redstart.sessions.user('ada').list()).toHaveLength(2)
  })

  it.each(['REDSTART_KEYS', 'SESSION_ENCRYPTION_KEY'])('say in %s what sessions are sealed with', async (name) => {
    const [old, young] = [randomBytes(32).toString('base64'), randomBytes(32).toString('hex')]
    const backend = memory()
    const cookie = await cookieOf(instance({ [name]: old }, { backend }), 'ada')
    const active = async (keys: string): Promise<boolean> =>
      (await instance({ [name]: keys }, { backend }).sessions.introspect(cookie)).active
    expect(await active(old)).toBe(true)
    expect(await active(`${young},${old}`)).toBe(true)
    expect(await active(young)).toBe(false)
  })
})

describe('without a key', () => {
  it('sessions over Redis say the variable and the command that makes one, and the cache does not care', async () => {
    const redstart = createRedstart({ backend: redis('redis://127.0.0.1:1') })
    opened.push(redstart)
    await expect(redstart.sessions.introspect('anything')).rejects.toMatchObject({
      code: 'NO_KEYS',
      message: expect.stringMatching(/REDSTART_KEYS.*`openssl rand -base64 32`.*keys/),
    })
    expect(await redstart.cache.getOrSet('menu:1', () => 'loaded')).toBe('loaded')
  })

  it('sessions in memory have one of the process, but not in production', async () => {
    await expect(instance({}).sessions.introspect('anything')).resolves.toEqual({ active: false })
    const before = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    try {
      await expect(instance({}).sessions.introspect('anything')).rejects.toMatchObject({ code: 'NO_KEYS' })
    } finally {
      process.env['NODE_ENV'] = before
    }
  })
})
