import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisRest, type RedisServer, startRedis, startRedisRest } from '../src/index.ts'

let server: RedisServer
let rest: RedisRest
beforeAll(async () => {
  server = await startRedis()
  rest = await startRedisRest({ redisUrl: server.url })
})
afterAll(async () => {
  await rest.stop()
  await rest.stop()
  await server.stop()
})

interface Answer {
  readonly status: number
  readonly body: unknown
}

interface Asking {
  readonly path?: string
  readonly headers?: Record<string, string>
}

async function ask(body: unknown, { path = '', headers }: Asking = {}): Promise<Answer> {
  const response = await fetch(`${rest.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rest.token}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

const BASE64 = { 'upstash-encoding': 'base64' }

describe('one command', () => {
  it('is done, and answered with its reply', async () => {
    expect(await ask(['SET', 'key', 'value', 'EX', 100])).toEqual({ status: 200, body: { result: 'OK' } })
    expect(await server.command('TTL', 'key')).toBeGreaterThan(90)
    expect(await ask(['GET', 'key'])).toEqual({ status: 200, body: { result: 'value' } })
    expect(await ask(['GET', 'none'])).toEqual({ status: 200, body: { result: null } })
    expect(await ask(['MGET', 'key', 'none'])).toEqual({ status: 200, body: { result: ['value', null] } })
    expect(await ask(['STRLEN', 'key'])).toEqual({ status: 200, body: { result: 5 } })
  })

  it('is answered in base64 where that is asked, all but OK', async () => {
    await server.command('SET', 'bytes', Uint8Array.of(0, 200, 255))
    expect(await ask(['GET', 'bytes'], { headers: BASE64 })).toEqual({ status: 200, body: { result: 'AMj/' } })
    expect((await ask(['GET', 'bytes'])).body).toEqual({ result: '\u0000\ufffd\ufffd' })
    expect((await ask(['SET', 'a', 'b'], { headers: BASE64 })).body).toEqual({ result: 'OK' })
    expect((await ask(['PING'], { headers: BASE64 })).body).toEqual({ result: 'UE9ORw==' })
    const nested = 'return {1, "a", {"b", false}}'
    expect((await ask(['EVAL', nested, 0], { headers: BASE64 })).body).toEqual({ result: [1, 'YQ==', ['Yg==', null]] })
  })

  it('that fails is answered with the error of Redis', async () => {
    await server.command('SET', 'text', 'x')
    const wrong = { error: 'ERR value is not an integer or out of range' }
    expect(await ask(['INCR', 'text'])).toEqual({ status: 400, body: wrong })
    const unknown = await ask(['EVALSHA', '0'.repeat(40), 0])
    expect(unknown).toMatchObject({ status: 400, body: { error: expect.stringMatching(/^NOSCRIPT /) as string } })
  })
})

describe('several commands', () => {
  it('are answered each by itself', async () => {
    await server.command('SET', 'words', 'x')
    const commands = [
      ['SET', 'n', 1],
      ['INCR', 'words'],
      ['INCR', 'n'],
    ]
    const replies = [{ result: 'OK' }, { error: 'ERR value is not an integer or out of range' }, { result: 2 }]
    expect(await ask(commands, { path: '/pipeline' })).toEqual({ status: 200, body: replies })
    expect(await ask(commands, { path: '/multi-exec' })).toEqual({ status: 200, body: replies })
  })

  it('of which one is no command at all are discarded where they are a transaction', async () => {
    const commands = [['SET', 'discarded', 1], ['NOSUCHCOMMAND']]
    const answer = await ask(commands, { path: '/multi-exec' })
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(/^EXECABORT /) as string } })
    expect(await server.command('EXISTS', 'discarded')).toBe(0)
  })
})

describe('a request', () => {
  it('without the token is refused', async () => {
    for (const authorization of ['', 'Bearer another', rest.token])
      expect((await ask(['PING'], { headers: { authorization } })).status).toBe(401)
  })

  it('that is none is refused', async () => {
    for (const body of ['{', '"PING"', '[]', '[1]', '["GET",{}]', ''])
      expect(await ask(body), body).toMatchObject({ status: 400, body: { error: expect.any(String) as string } })
    expect((await ask([['PING']], { path: '/other' })).status).toBe(400)
    const headers = { authorization: `Bearer ${rest.token}` }
    expect((await fetch(rest.url, { method: 'DELETE', headers })).status).toBe(405)
  })

  it('is counted', async () => {
    const before = rest.requests
    await ask(['PING'])
    await ask('{')
    expect(rest.requests - before).toBe(2)
  })
})

describe('a fault', () => {
  it('stands still, or answers late, until it ends', async () => {
    for (const [fault, done] of [
      ['stall', 0],
      ['late', 1],
    ] as const) {
      await server.command('DEL', 'slow')
      rest.fail(fault)
      const { requests } = rest
      const asked = ask(['SET', 'slow', 1])
      while (rest.requests === requests) await new Promise((resolve) => setImmediate(resolve))
      if (done === 1) while ((await server.command('EXISTS', 'slow')) === 0);
      expect(await server.command('EXISTS', 'slow')).toBe(done)
      rest.fail(undefined)
      expect(await asked).toEqual({ status: 200, body: { result: 'OK' } })
    }
  })

  it('cuts answers, or gives others', async () => {
    rest.fail('cut')
    await expect(ask(['SET', 'cut', 1])).rejects.toThrow()
    rest.fail({ status: 500, body: '"Oops"' })
    expect(await ask(['SET', 'other', 1])).toEqual({ status: 500, body: 'Oops' })
    rest.fail(undefined)
    expect(await server.command('EXISTS', 'cut', 'other')).toBe(1)
  })
})

it('says so when Redis is gone, and works again when it is back', async () => {
  await using own = await startRedis()
  await using before = await startRedisRest({ redisUrl: own.url, token: 'mine' })
  const ping = async (): Promise<number> => {
    const headers = { authorization: 'Bearer mine' }
    return (await fetch(before.url, { method: 'POST', headers, body: '["PING"]' })).status
  }
  expect(await ping()).toBe(200)
  const restarted = own.restart()
  const seen = new Set<number>()
  for (let tries = 0; tries < 1000 && !(seen.has(503) && (await ping()) === 200); tries += 1) {
    seen.add(await ping())
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await restarted
  expect(await ping()).toBe(200)
})

it('takes no other URL', async () => {
  await expect(startRedisRest({ redisUrl: 'http://127.0.0.1' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
