import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isQuiet, quietly } from '../../src/http/index.ts'
import { watchHeaders } from '../../src/node-http/watch-headers.ts'

const SENT = { 'x-one': '1', 'x-two': '2', cookie: 'a=b' }

/** A request as it arrives at a server. */
async function arrived(): Promise<IncomingMessage> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // that of TCP
  const asking = request({ host: '127.0.0.1', port, headers: SENT, agent: false })
    .on('error', () => undefined)
    .end()
  // The type of what 'once' gives is not known to the compiler.
  const [came] = (await once(server, 'request')) as [IncomingMessage]
  server.close()
  asking.destroy()
  return came
}

type Parsed = IncomingMessage & { cookies?: unknown; signedCookies?: unknown }

/** What is told of what somebody does with a request, when it was stopped. */
async function toldOf(look: (came: Parsed) => unknown, before: (came: Parsed) => unknown = () => 1): Promise<string[]> {
  const came: Parsed = await arrived()
  before(came)
  const told: string[] = []
  const stop = watchHeaders(came, (name) => told.push(name))
  look(came)
  stop()
  return [...new Set(told)].sort()
}

const ALL = ['connection', 'cookie', 'host', 'x-one', 'x-two']

describe('what is looked at', () => {
  it.each<[string, (came: Parsed) => unknown, readonly string[]]>([
    ['nothing', () => 1, []],
    ['a header', (came) => came.headers['x-one'], ['x-one']],
    ['one that is absent', (came) => came.headers['x-none'], ['x-none']],
    ['in distinct ones', (came) => came.headersDistinct['x-one'], ['x-one']],
    ['raw ones, which are all', (came) => came.rawHeaders[0], ALL],
    ['all names', (came) => Object.keys(came.headers), ALL],
    ['cookies', (came) => came.headers.cookie, ['cookie']],
    ['what a policy looks at', (came) => quietly(() => [came.headers['x-one'], came.rawHeaders, isQuiet()]), []],
    [
      'what a policy looks at, and then a handler',
      (came) => [quietly(() => came.headers['x-one']), came.headers['x-one']],
      ['x-one'],
    ],
    ['what the application has written', (came) => [(came.headers['x-id'] = '1'), came.headers['x-id']], []],
  ])('is %s', async (_, look, names) => {
    expect(await toldOf(look)).toEqual(names)
  })

  it('is of cookies that were parsed for nobody, nothing', async () => {
    const parse = (came: Parsed): void => {
      if (came.cookies !== undefined) throw new Error('somebody has done it')
      came.cookies = Object.fromEntries([String(came.headers.cookie).split('=')])
      came.signedCookies = { ...(came.cookies as object) }
      came.cookies = { ...(came.cookies as object) }
    }
    const use = (came: Parsed): unknown => [came.cookies].map((cookies) => ({ ...(cookies as object) }))
    expect(await toldOf(parse)).toEqual([])
    expect(await toldOf((came) => [parseOnce(came)])).toEqual([])
    expect(await toldOf((came) => [parseOnce(came), use(came)])).toEqual(['cookie'])
    expect(await toldOf(() => 1, parseOnce)).toEqual([])
    expect(await toldOf(use, parseOnce)).toEqual(['cookie'])
  })

  function parseOnce(came: Parsed): void {
    came.cookies = Object.fromEntries([String(came.headers.cookie).split('=')])
  }
})

describe('when it is over', () => {
  it('a request is as it was, with what was written meanwhile', async () => {
    const came: Parsed = await arrived()
    const before = [came.headers, came.headersDistinct, came.rawHeaders]
    const own = Object.getOwnPropertyNames(came).sort()
    const stop = watchHeaders(came, () => undefined)
    expect(came.headers).not.toBe(before[0])
    came.headers['x-id'] = 'made'
    stop()
    expect([came.headers, came.headersDistinct, came.rawHeaders].map((one, n) => one === before[n])).toEqual([
      true,
      true,
      true,
    ])
    expect(came.headers['x-id']).toBe('made')
    expect(Object.getOwnPropertyNames(came).sort()).toEqual(own)
  })

  it('cookies that were parsed meanwhile are still there, and what others have put in its place', async () => {
    const came: Parsed = await arrived()
    const stop = watchHeaders(came, () => undefined)
    came.cookies = { a: 'b' }
    const other = { 'x-other': '1' }
    came.headers = other
    stop()
    expect(came.cookies).toEqual({ a: 'b' })
    expect(Object.getOwnPropertyDescriptor(came, 'cookies')).toHaveProperty('value')
    expect(came.headers).toBe(other)
  })

  it('two that watch are both told, in whichever order they stop', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const came: Parsed = await arrived()
      const told: string[] = []
      const stops = [
        watchHeaders(came, (name) => told.push(`1 ${name}`)),
        watchHeaders(came, (name) => told.push(`2 ${name}`)),
      ]
      void came.headers['x-one']
      for (const n of order) stops[n]?.()
      expect([...told].sort()).toEqual(['1 x-one', '2 x-one'])
      expect(came.headers['x-one']).toBe('1')
    }
  })
})
