import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RunningRuntime, startRuntime } from './start-runtime.ts'

let server: RedisServer
let running: RunningRuntime
beforeAll(async () => {
  server = await startRedis()
  const given = { REDIS_URL: server.url, KEYS: Buffer.alloc(32, 5).toString('base64') }
  running = await startRuntime('workerd', join(import.meta.dirname, 'tcp.entry.ts'), given)
})
afterAll(async () => {
  await running.stop()
  await server.stop()
})

async function ask(path: string, cookie = '', method = 'GET'): Promise<Response> {
  return await fetch(`http://127.0.0.1:${running.port}${path}`, {
    method,
    redirect: 'manual',
    headers: cookie === '' ? {} : { cookie },
    signal: AbortSignal.timeout(20_000),
  })
}

async function jsonOf(path: string, cookie?: string): Promise<unknown> {
  return await (await ask(path, cookie)).json()
}

async function logIn(user: string): Promise<string> {
  const [set = ''] = (await ask(`/login/${user}`, '', 'POST')).headers.getSetCookie()
  return set.split(';', 1)[0] ?? ''
}

/** Those that there are, and how many there ever were; the one that asks this is among them. */
async function connections(): Promise<{ readonly open: number; readonly ever: number }> {
  const info = String(await server.command('INFO'))
  const count = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1])
  return { open: count('connected_clients'), ever: count('total_connections_received') }
}

/** How many were made while `work` was done, none of which is left. */
async function connectionsOf(work: () => Promise<unknown>): Promise<number> {
  const { ever } = await connections()
  await work()
  // Each of our own questions is one more.
  let asked = 0
  const told = async (): Promise<number> => {
    asked += 1
    return (await connections()).open
  }
  await expect.poll(told).toBe(1)
  return (await connections()).ever - ever - asked - 1
}

it('sessions and the cache work over a connection of each request', async () => {
  const users = Array.from({ length: 10 }, (_, n) => `user${n}`)
  const cookies = await Promise.all(users.map(logIn))
  for (let views = 1; views <= 3; views++) {
    const answers = await Promise.all(cookies.map((cookie) => jsonOf('/views', cookie)))
    expect(answers).toEqual(users.map((userId) => ({ userId, views })))
  }
  expect(await jsonOf('/cached')).toBe('loaded 1')
  for (const cookie of ['', ...cookies]) expect(await jsonOf('/cached', cookie)).toBe('loaded 1')
})

it('a request that asks Redis has one connection, which ends with it, and another one has none', async () => {
  const cookie = await logIn('ada')
  expect(await connectionsOf(() => ask('/views', cookie))).toBe(1)
  expect(await connectionsOf(() => ask('/cached'))).toBe(1)
  expect(await connectionsOf(() => ask('/cached', cookie))).toBe(1)
  expect(await connectionsOf(() => ask('/nothing'))).toBe(0)
  const many = Array.from({ length: 20 }, () => ask('/cached'))
  expect(await connectionsOf(() => Promise.all(many))).toBeLessThanOrEqual(20)
})

it('what one request connected is of no use to the next one', async () => {
  expect(await jsonOf('/kept')).toMatchObject({ state: 'ok' })
  expect(await jsonOf('/kept')).toMatchObject({ state: 'down' })
})

it('what a stream changes when its connection has ended is not stored, and what was changed before is', async () => {
  const cookie = await logIn('eve')
  expect(await (await ask('/stream', cookie)).text()).toBe('piece\npiece\npiece\n')
  expect(await jsonOf('/views', cookie)).toEqual({ userId: 'eve', views: 2 })
})
