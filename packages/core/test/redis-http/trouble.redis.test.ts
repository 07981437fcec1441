import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { RestFault } from '@redstart/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { type CacheStore, RedstartError } from '../../src/index.ts'
import { restPlace, TIMEOUT } from './rest-place.ts'

const place = restPlace()
afterEach(() => place.rest.fail(undefined))

let apps = 0
const app = (): string => `trouble-${(apps += 1)}`

/** Short of any answer, long for this process. */
const DEADLINE = 40

async function failureOf(call: Promise<unknown>): Promise<RedstartError> {
  const outcome = await call.then(
    () => 'it succeeded',
    (error: unknown) => error,
  )
  if (RedstartError.is(outcome)) return outcome
  return expect.fail(String(outcome))
}

const read = (store: CacheStore, timeout: number): Promise<unknown> => store.read({ keys: ['n:a'] }, timeout)

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500 && !(await condition()); tries += 1) await setTimeout(10)
  expect(await condition()).toBe(true)
}

it('a service that stands still costs a deadline for each of five calls, then nothing until it answers a probe', async () => {
  const store = place.open(app(), { breaker: { openFor: 100, longest: 100 } })
  await read(store, TIMEOUT)
  place.rest.fail('stall')
  for (let n = 0; n < 5; n += 1) expect(await failureOf(read(store, DEADLINE))).toMatchObject({ code: 'STORE_TIMEOUT' })
  const { requests } = place.rest
  const refused = await Promise.all(Array.from({ length: 50 }, () => failureOf(read(store, TIMEOUT))))
  for (const { code, message } of refused) {
    expect(code).toBe('STORE_UNAVAILABLE')
    expect(message).toContain('until it answers a probe')
  }
  // At the most probes.
  expect(place.rest.requests - requests).toBeLessThan(10)
  expect(await store.health?.(TIMEOUT).catch((error: unknown) => error)).toBeInstanceOf(RedstartError)
  place.rest.fail(undefined)
  await until(() =>
    read(store, TIMEOUT).then(
      () => true,
      () => false,
    ),
  )
})

it('calls of one moment that meet one stall count once', async () => {
  const store = place.open(app())
  await read(store, TIMEOUT)
  place.rest.fail('stall')
  await Promise.all(Array.from({ length: 20 }, () => failureOf(read(store, DEADLINE))))
  place.rest.fail(undefined)
  await read(store, TIMEOUT)
})

it('a call in a hurry says nothing of the service', async () => {
  const store = place.open(app())
  await read(store, TIMEOUT)
  place.rest.fail('stall')
  for (let n = 0; n < 20; n += 1) expect(await failureOf(read(store, 1))).toMatchObject({ code: 'STORE_TIMEOUT' })
  place.rest.fail(undefined)
  await read(store, TIMEOUT)
})

it('what comes late changes nothing here, and what it did is known to nobody', async () => {
  const name = app()
  const [store, other] = [place.open(name), place.open(name)]
  const question = { candidate: '1'.repeat(32), keep: 60_000 }
  const request = { ...question, names: ['t:x'], kind: 'hard', deadline: Infinity, unlink: [] } as const
  const claim = { path: 'n:a', token: 'mine', ttl: 60_000, patient: false }
  // The server has its scripts from now on.
  await store.invalidate(request, TIMEOUT)
  await store.claim({ ...claim, path: 'n:b' }, TIMEOUT)
  place.rest.fail('late')
  expect(await failureOf(store.invalidate(request, DEADLINE))).toMatchObject({ code: 'STORE_TIMEOUT' })
  expect(await failureOf(store.claim(claim, DEADLINE))).toMatchObject({ code: 'STORE_TIMEOUT' })
  place.rest.fail(undefined)
  // Both were done, and are told to whoever asks next.
  expect((await other.read({ keys: [], names: ['t:x'] }, TIMEOUT)).snapshot?.markers.get('t:x')?.hard).toBe(3)
  expect(await other.claim({ ...claim, token: 'theirs' }, TIMEOUT)).toMatchObject({ granted: false })
  expect((await store.read({ keys: [], question }, TIMEOUT)).answer?.clock).toBe(3)
})

describe('in the place of an answer', () => {
  const answers: readonly (readonly [what: string, fault: RestFault, code: string, message: RegExp])[] = [
    ['a refused token', { status: 401, body: '{"error":"Unauthorized"}' }, 'STORE_FAILED', /not the one that it wants/],
    ['a token that may not', { status: 403, body: 'no' }, 'STORE_FAILED', /may not do this/],
    ['another site', { status: 404, body: '<html>' }, 'STORE_FAILED', /no REST API at this url/],
    ['a redirect', { status: 301, body: '' }, 'STORE_FAILED', /status 301/],
    ['too many requests', { status: 429, body: '{"error":"slow"}' }, 'STORE_FAILED', /more requests than it takes/],
    ['too large a request', { status: 413, body: '' }, 'VALUE_TOO_LARGE', /larger than the service/],
    [
      'too large a command',
      { status: 400, body: '{"error":"ERR max request size exceeded. Limit: 1 bytes"}' },
      'VALUE_TOO_LARGE',
      /larger than the service/,
    ],
    ['a failure in HTML', { status: 500, body: '<html><h1>Oops</h1>' }, 'STORE_TIMEOUT', /status 500/],
    ['a proxy without a service', { status: 502, body: '{"error":"ERR upstream"}' }, 'STORE_TIMEOUT', /status 502/],
    ['HTML that says it went well', { status: 200, body: '<html>log in' }, 'STORE_TIMEOUT', /no JSON/],
    ['a part of an answer', { status: 200, body: '{"result":"QUJ' }, 'STORE_TIMEOUT', /no JSON/],
    ['JSON of somebody else', { status: 200, body: '{"ok":true}' }, 'STORE_TIMEOUT', /no REST API of Redis has/],
    ['null', { status: 200, body: 'null' }, 'STORE_TIMEOUT', /no REST API of Redis has/],
    ['a list', { status: 200, body: '[{"result":1}]' }, 'STORE_TIMEOUT', /no REST API of Redis has/],
    ['no base64', { status: 200, body: '{"result":"plain text"}' }, 'STORE_TIMEOUT', /not in base64/],
    ['an answer that breaks off', 'cut', 'STORE_TIMEOUT', /the request failed/],
    [
      'an error of Redis',
      { status: 400, body: '{"error":"OOM command not allowed"}' },
      'STORE_FAILED',
      /raise maxmemory/,
    ],
  ]

  it.each(answers)('%s is told as what it is', async (_, fault, code, message) => {
    const store = place.open(app())
    place.rest.fail(fault)
    const error = await failureOf(read(store, TIMEOUT))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string })
    expect(error.cause).toBeUndefined()
    place.rest.fail(undefined)
    await read(store, TIMEOUT)
  })

  it('of several commands, fewer replies or one error are told, too', async () => {
    const store = place.open(app())
    const names = ['t:a']
    const several = (): Promise<unknown> => store.read({ keys: ['n:a'], names }, TIMEOUT)
    place.rest.fail({ status: 200, body: '[{"result":null}]' })
    expect(await failureOf(several())).toMatchObject({
      code: 'STORE_TIMEOUT',
      message: expect.stringContaining('1 rep') as string,
    })
    place.rest.fail({ status: 200, body: '{"result":null}' })
    expect(await failureOf(several())).toMatchObject({ code: 'STORE_TIMEOUT' })
    place.rest.fail({ status: 400, body: '{"error":"ERR unknown command"}' })
    expect(await failureOf(several())).toMatchObject({ code: 'STORE_FAILED' })
  })

  it('failures of the service open the breaker, refusals do not', async () => {
    const answered = async (status: number): Promise<string> => {
      const store = place.open(app(), { breaker: { failures: 2, openFor: '1m', longest: '1m' } })
      place.rest.fail({ status, body: '{}' })
      for (let n = 0; n < 2; n += 1) {
        await failureOf(read(store, TIMEOUT))
        await setTimeout(2)
      }
      place.rest.fail(undefined)
      return await read(store, TIMEOUT).then(
        () => 'closed',
        () => 'open',
      )
    }
    expect(await answered(503)).toBe('open')
    expect(await answered(401)).toBe('closed')
    expect(await answered(429)).toBe('closed')
  })
})

describe('the token', () => {
  it('is in no error, not even where the service says it', async () => {
    const { token } = place.rest
    const echoed = [
      { status: 401, body: JSON.stringify({ error: `WRONGPASS ${token}` }) },
      { status: 400, body: JSON.stringify({ error: `ERR no such token: ${token}` }) },
      { status: 500, body: token },
      { status: 200, body: token },
      { status: 200, body: JSON.stringify({ result: `!${token}` }) },
    ]
    for (const fault of echoed) {
      const store = place.open(app())
      place.rest.fail(fault)
      const error = await failureOf(read(store, TIMEOUT))
      expect(`${String(error)} ${String(error.stack)} ${JSON.stringify(error)}`).not.toContain(token)
    }
  })

  it('nor where fetch itself fails and says what it was called with', async () => {
    const token = 'a-token-of-mine'
    const fetch = async (_: string, init: object): Promise<Response> => {
      throw new TypeError(`cannot send ${JSON.stringify(init)}`)
    }
    const error = await failureOf(read(place.open(app(), { token, fetch }), TIMEOUT))
    expect(error.code).toBe('STORE_TIMEOUT')
    expect(`${String(error)} ${String(error.stack)}`).not.toContain(token)
  })

  it('that is another one is refused', async () => {
    const store = place.open(app(), { token: 'another' })
    expect(await failureOf(read(store, TIMEOUT))).toMatchObject({ code: 'STORE_FAILED' })
  })
})

it('a service that nobody listens for is unavailable, at once', async () => {
  const nobody = createServer().listen(0, '127.0.0.1')
  await once(nobody, 'listening')
  const { port } = nobody.address() as AddressInfo // of TCP
  nobody.close()
  const store = place.open(app(), { url: `http://127.0.0.1:${port}` })
  const error = await failureOf(read(store, TIMEOUT))
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') as string })
})

it.each([
  [
    'Deno',
    new TypeError('fetch failed', { cause: new Error('error sending request: client error (Connect): refused') }),
  ],
  ['Bun', Object.assign(new Error('Unable to connect.'), { code: 'ConnectionRefused' })],
])('so it is where %s says it', async (_, failure) => {
  const fetch = async (): Promise<Response> => await Promise.reject(failure)
  const error = await failureOf(read(place.open(app(), { fetch }), TIMEOUT))
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' })
})
