import { describe, expect, it } from 'vitest'
import { crossSitePolicy } from '../../src/http/cross-site.ts'
import type { HttpExchange } from '../../src/http/exchange.ts'

const policy = crossSitePolicy({ trusted: ['https://admin.example.com'] })

/** What comes of a request with these headers. */
async function answer(method: string, headers: Readonly<Record<string, string>>, host = 'shop.example.com') {
  const exchange: HttpExchange = {
    ...{
      request: {},
      again: undefined,
      setRequestHeader: () => undefined,
      removeHeader: () => undefined,
      watchHeaders: () => () => undefined,
    },
    ...{ method, target: '/', host: host === '' ? undefined : host, secure: true, address: undefined, peer: undefined },
    header: (name) => headers[name.toLowerCase()],
    setHeader: () => undefined,
    appendHeader: () => undefined,
  }
  const decision = await policy.decide(exchange)
  return decision.type === 'next' ? 'passes' : decision.reply.status
}

describe('a request that changes something', () => {
  it.each([
    ['of a page of ours', { 'sec-fetch-site': 'same-origin', origin: 'https://shop.example.com' }],
    ['that somebody typed', { 'sec-fetch-site': 'none' }],
    ['of no browser', {}],
    ['of an old browser on a page of ours', { origin: 'https://shop.example.com' }],
    ['of an old browser over a proxy that ends TLS', { origin: 'http://shop.example.com' }],
    ['of a page that is trusted', { 'sec-fetch-site': 'same-site', origin: 'https://admin.example.com' }],
    ['of an old browser on a page that is trusted', { origin: 'https://admin.example.com' }],
  ])('%s passes', async (_, headers) => {
    expect(await answer('POST', headers)).toBe('passes')
  })

  it.each([
    ['of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['of another origin of the site', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }],
    ['with a word that nobody knows', { 'sec-fetch-site': 'sideways' }],
    ['with no word', { 'sec-fetch-site': '' }],
    ['of an old browser on another site', { origin: 'https://evil.example' }],
    ['of an old browser on another port', { origin: 'https://shop.example.com:8443' }],
    ['of a page that hides where it is', { origin: 'null' }],
    ['with an origin that is none', { origin: 'shop.example.com' }],
    ['with a host that begins alike', { origin: 'https://shop.example.com.evil.example' }],
    [
      'that says cross-site and names our own origin',
      { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example.com' },
    ],
  ])('%s is refused', async (_, headers) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE']) expect(await answer(method, headers)).toBe(403)
  })

  it('without a host cannot be one of ours', async () => {
    expect(await answer('POST', { origin: 'https://shop.example.com' }, '')).toBe(403)
  })

  it('with the default port written out is the same origin', async () => {
    expect(await answer('POST', { origin: 'https://shop.example.com' }, 'shop.example.com:443')).toBe('passes')
  })
})

it.each(['GET', 'HEAD', 'OPTIONS'])('%s passes from anywhere', async (method) => {
  expect(await answer(method, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })).toBe('passes')
})

it.each(['admin.example.com', 'https://admin.example.com/', 'https://admin.example.com:443', 'null', ''])(
  '%j is no origin that can be trusted',
  (origin) => {
    expect(() => crossSitePolicy({ trusted: [origin] })).toThrow(/an origin in trusted/)
  },
)
