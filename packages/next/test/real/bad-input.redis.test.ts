import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Attempts } from './attempts.ts'
import { buildApp, type Environment, RunningApp } from './real-app.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const NOWHERE = 'redis://nowhere.invalid:6379'

function count(text: string, what: RegExp): number {
  return [...text.matchAll(new RegExp(what, 'g'))].length
}

/** Pages are rendered, each time anew, and something is said once. */
async function rendered(env: Environment, said: RegExp): Promise<void> {
  await using app = await RunningApp.start(env)
  const made = new Set<string | undefined>()
  for (let times = 0; times < 3; times++)
    for (const path of ['/isr/some', '/cached/some']) {
      const page = await app.get(path)
      expect(page.status).toBe(200)
      made.add(page.made)
    }
  expect(made.size).toBe(6)
  expect(made.has(undefined)).toBe(false)
  expect(count(app.written, said), app.written).toBe(1)
  expect(count(app.written, /RedstartWarning/), app.written).toBe(1)
}

describe('a real app', { timeout: 900_000 }, () => {
  const good = (): Environment => ({ REDIS_URL: server.url, REAL_APP: 'bad-input', REAL_BUILD: 'bad' })

  let base = 0
  beforeAll(async () => {
    base = (await buildApp(good())).took
  }, 300_000)

  it('is built as fast without a Redis, and without a configuration that can be read', async () => {
    for (const REAL_CONFIG of ['./throws.mjs', './never.mjs']) {
      const { output, took } = await buildApp({ ...good(), REAL_BUILD: 'worse', REDIS_URL: NOWHERE, REAL_CONFIG })
      expect(output).not.toMatch(/RedstartWarning|there is no configuration/)
      // Next.js gives up on a page after a minute, three times.
      expect(took).toBeLessThan(base + 60_000)
    }
  })

  it('tries to connect to no Redis while it is built, and does once it runs', async () => {
    await using attempts = await Attempts.make()
    await buildApp({ ...good(), ...attempts.env, REAL_BUILD: 'worse', REDIS_URL: NOWHERE })
    expect(await attempts.at('nowhere.invalid:6379')).toBe(0)
    await using app = await RunningApp.start({ ...good(), ...attempts.env, REDIS_URL: NOWHERE })
    await app.get('/isr/some')
    expect(await attempts.at('nowhere.invalid:6379')).toBeGreaterThan(0)
  })

  it.each<[string, Environment, RegExp]>([
    ['whose Redis is none', { REDIS_URL: NOWHERE }, /Redis does not answer/],
    ['whose Redis has no URL', { REDIS_URL: 'not a URL' }, /Redstart could not be created/],
    ['whose configuration throws', { REAL_CONFIG: './throws.mjs' }, /there is no configuration/],
    ['whose configuration is never there', { REAL_CONFIG: './never.mjs' }, /has not been read within/],
  ])('%s renders, and says so once', async (_, env, said) => {
    await rendered({ ...good(), ...env }, said)
  })

  it('makes what is too large for each request, and says so once', async () => {
    await using app = await RunningApp.start(good())
    const first = await app.get('/cached/large')
    expect(first.text.length).toBeGreaterThan(50 * 1024 * 1024)
    const second = await app.get('/cached/large')
    expect(second.made).not.toBe(first.made)
    expect((await app.get('/cached/small')).made).toBe((await app.get('/cached/small')).made)
    expect(count(app.written, /maxEntryBytes/), app.written).toBe(1)
  })

  it('makes anew what another version wrote, or nobody can read, and says so once', async () => {
    const made = await (async () => {
      await using app = await RunningApp.start(good())
      return [(await app.get('/isr/other')).made, (await app.get('/cached/other')).made]
    })()
    const keys: unknown = await server.command('KEYS', '*bad-input*next:*')
    for (const key of Array.isArray(keys) ? keys : []) await server.command('SETRANGE', String(key), '0', 'RSN9')
    await using app = await RunningApp.start(good())
    const again = [(await app.get('/isr/other')).made, (await app.get('/cached/other')).made]
    expect(again.filter((each) => each !== undefined && !made.includes(each))).toHaveLength(2)
    expect((await app.get('/isr/other')).made).toBe(again[0])
    expect(count(app.written, /another version/), app.written).toBe(1)
  })
})
