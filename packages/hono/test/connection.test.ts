import type { HttpPolicy } from '@redstart/core/http'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { addressFrom, refuseCrossSite, runPolicies, type RunOptions, usePolicy } from '../src/index.ts'

const facts: HttpPolicy<undefined> = {
  name: 'facts',
  decide: ({ method, target, host, secure, address }) => ({
    type: 'reply',
    reply: { status: 200, headers: [], body: JSON.stringify({ method, target, host, secure, address }) },
  }),
}

async function told(
  options: RunOptions,
  headers: Readonly<Record<string, string>>,
  url = 'http://inner/a?b=%20#c',
): Promise<unknown> {
  const app = new Hono().use(runPolicies([usePolicy(facts)], options))
  return await (await app.request(url, { headers })).json()
}

const FORWARDED = {
  host: 'inner:3000',
  'x-forwarded-host': 'shop.example:8443, other.example',
  'x-forwarded-proto': 'https',
  'x-forwarded-for': '198.51.100.9, 203.0.113.7',
}
const address = addressFrom(() => ({ remote: { address: '127.0.0.1' } }))

describe('what a proxy says', () => {
  it('does not count unless it is said how many there are', async () => {
    const untrusted = { method: 'GET', target: '/a?b=%20', host: 'inner:3000', secure: false }
    expect(await told({}, FORWARDED)).toEqual(untrusted)
    expect(await told({ address }, FORWARDED)).toEqual({ ...untrusted, address: '127.0.0.1' })
  })

  it('counts as far as there are proxies', async () => {
    const trusted = { method: 'GET', target: '/a?b=%20', host: 'shop.example:8443', secure: true }
    expect(await told({ address, proxies: 1 }, FORWARDED)).toEqual({ ...trusted, address: '203.0.113.7' })
    expect(await told({ address, proxies: 2 }, FORWARDED)).toEqual({ ...trusted, address: '198.51.100.9' })
    expect(await told({ address, proxies: 9 }, FORWARDED)).toMatchObject({ address: '198.51.100.9' })
  })

  it('may be nothing', async () => {
    const said = { host: 'inner', secure: false, address: '127.0.0.1' }
    expect(await told({ address, proxies: 1 }, { host: 'inner' })).toMatchObject(said)
    expect(await told({ proxies: 1 }, {}, 'https://inner')).toEqual({ method: 'GET', target: '/', secure: true })
  })

  it('is refused to be less than none', () => {
    for (const proxies of [-1, 0.5, Number.NaN])
      expect(() => runPolicies([], { proxies })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    // What a caller without types may pass.
    expect(() => runPolicies([], { address: '127.0.0.1' as never })).toThrow('a function that is given the context')
  })
})

it('refuses what a page of another site sends, and lets pass what one of ours does, behind a proxy as well', async () => {
  const app = new Hono().use(refuseCrossSite({ proxies: 1 })).all('*', (c) => c.text('done'))
  const ask = async (method: string, headers: Record<string, string>): Promise<number> =>
    (await app.request('/', { method, headers: { host: 'inner', ...headers } })).status
  expect(await ask('POST', { origin: 'https://evil.example' })).toBe(403)
  expect(await ask('POST', { origin: 'http://inner' })).toBe(200)
  expect(await ask('POST', { origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' })).toBe(200)
  expect(await ask('GET', { origin: 'https://evil.example' })).toBe(200)
  expect(await ask('POST', {})).toBe(200)
})
