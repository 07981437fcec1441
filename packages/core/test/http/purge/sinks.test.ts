import { describe, expect, it } from 'vitest'
import { RedstartError } from '../../../src/index.ts'
import {
  cloudflareSink,
  type DeliveryOptions,
  fastlySink,
  type PurgeSink,
  varnishSink,
} from '../../../src/http/index.ts'
import { provider, succeed } from './provider.ts'

const TOKEN = 'very-secret-token'
const quick: DeliveryOptions = { backoff: 1, timeout: '20s' }

const sinks: readonly (readonly [name: string, make: (url: string, options?: DeliveryOptions) => PurgeSink])[] = [
  ['fastly', (endpoint, options) => fastlySink({ serviceId: 'svc', token: TOKEN, endpoint, ...quick, ...options })],
  [
    'cloudflare',
    (endpoint, options) => cloudflareSink({ zoneId: 'zone', token: TOKEN, endpoint, ...quick, ...options }),
  ],
  ['varnish', (url, options) => varnishSink({ url, headers: { 'x-purge-token': TOKEN }, ...quick, ...options })],
]

function tags(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `dish:${n}`)
}

describe('what arrives at a provider', () => {
  it('is for Fastly up to 256 keys a call, with its token, and URLs one by one', async () => {
    await using fastly = await provider()
    const sink = fastlySink({ serviceId: 'svc1', token: TOKEN, endpoint: fastly.url, ...quick })
    await sink({ tags: tags(300), urls: ['https://shop.example/menu?day=1'] })
    expect(fastly.arrived.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'POST /service/svc1/purge',
      'POST /service/svc1/purge',
      'POST /purge/shop.example/menu?day=1',
    ])
    const keys = fastly.arrived
      .slice(0, 2)
      .map(({ body }) => (JSON.parse(body) as { surrogate_keys: string[] }).surrogate_keys)
    expect(keys.map(({ length }) => length)).toEqual([256, 44])
    expect(keys.flat()).toEqual(tags(300))
    for (const { headers } of fastly.arrived) {
      expect(headers['fastly-key']).toBe(TOKEN)
      expect(headers['fastly-soft-purge']).toBeUndefined()
    }
  })

  it('is a soft purge where that was asked for', async () => {
    await using fastly = await provider()
    await fastlySink({ serviceId: 's', token: TOKEN, soft: true, endpoint: fastly.url })({ tags: ['a'], urls: [] })
    expect(fastly.arrived[0]?.headers['fastly-soft-purge']).toBe('1')
  })

  it('is for Cloudflare up to a batch a call, tags and files apart', async () => {
    await using cloudflare = await provider()
    const sink = cloudflareSink({ zoneId: 'z1', token: TOKEN, batch: 30, endpoint: `${cloudflare.url}/client/v4/` })
    await sink({ tags: tags(31), urls: ['https://shop.example/menu'] })
    expect(cloudflare.arrived.map(({ method, target }) => `${method} ${target}`)).toEqual(
      Array.from({ length: 3 }, () => 'POST /client/v4/zones/z1/purge_cache'),
    )
    expect(cloudflare.arrived.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { tags: tags(30) },
      { tags: ['dish:30'] },
      { files: ['https://shop.example/menu'] },
    ])
    expect(cloudflare.arrived[0]?.headers['authorization']).toBe(`Bearer ${TOKEN}`)
  })

  it('is for Varnish a PURGE with keys, as many as a line of a header takes, and one of each page with its host', async () => {
    await using varnish = await provider()
    const many = tags(1000)
    await varnishSink({ url: varnish.url })({ tags: many, urls: ['https://shop.example/menu?day=1'] })
    const page = varnish.arrived.at(-1)
    const keys = varnish.arrived.slice(0, -1)
    expect(page).toMatchObject({ method: 'PURGE', target: '/menu?day=1', headers: { 'redstart-host': 'shop.example' } })
    expect(keys.flatMap(({ headers }) => String(headers['xkey']).split(' '))).toEqual(many)
    for (const { method, target, headers } of keys) {
      expect(`${method} ${target}`).toBe('PURGE /')
      expect(String(headers['xkey']).length).toBeLessThanOrEqual(6000)
    }
  })

  it('is for Varnish without its module an expression that names tags alone', async () => {
    await using varnish = await provider()
    await varnishSink({ url: varnish.url, by: 'ban' })({ tags: ['a.b', 'c" && req.url ~ .'], urls: [] })
    const [ban] = varnish.arrived
    expect(ban).toMatchObject({ method: 'PURGE', target: '/' })
    const expression = String(ban?.headers['redstart-ban'])
    expect(expression).not.toMatch(/["\s&]/)
    const regex = new RegExp(expression)
    expect(['a.b', 'x a.b', 'a.b,c', 'x c"%20&&%20req.url%20~%20. y'].every((text) => regex.test(text))).toBe(true)
    expect(['axb', 'a.bc', 'xa.b', 'other'].some((text) => regex.test(text))).toBe(false)
  })

  it.each([
    ['fastly', fastlyKeys],
    ['cloudflare', cloudflareTags],
  ])('is for %s a tag as the header of responses has it', async (_, ask) => {
    expect(await ask(['crème brûlée', 'a,b', '100%'])).toEqual(['cr%C3%A8me%20br%C3%BBl%C3%A9e', 'a%2Cb', '100%25'])
  })

  async function fastlyKeys(words: readonly string[]): Promise<unknown> {
    await using fastly = await provider()
    await fastlySink({ serviceId: 's', token: TOKEN, endpoint: fastly.url })({ tags: words, urls: [] })
    return (JSON.parse(fastly.arrived[0]?.body ?? '') as { surrogate_keys: unknown }).surrogate_keys
  }

  async function cloudflareTags(words: readonly string[]): Promise<unknown> {
    await using cloudflare = await provider()
    await cloudflareSink({ zoneId: 's', token: TOKEN, endpoint: cloudflare.url })({ tags: words, urls: [] })
    return (JSON.parse(cloudflare.arrived[0]?.body ?? '') as { tags: unknown }).tags
  }
})

describe.each(sinks)('the sink for %s', (_, make) => {
  const purge = { tags: ['a'], urls: [] }

  it('asks nobody for nothing', async () => {
    await using there = await provider()
    await make(there.url)({ tags: [], urls: [] })
    expect(there.arrived).toEqual([])
  })

  it.each([503, 500, 429, 408])('asks again after %i', async (status) => {
    await using there = await provider((n, response) => {
      if (n < 2) response.writeHead(status).end()
      else succeed(n, response)
    })
    await make(there.url)(purge)
    expect(there.arrived).toHaveLength(3)
  })

  it('gives up after its retries, and says nothing of the token or the tags', async () => {
    await using there = await provider((__, response) => response.writeHead(503).end(TOKEN))
    const error: unknown = await make(there.url, { retries: 1 })({ tags: ['secret-tag'], urls: [] }).catch(
      (thrown: unknown) => thrown,
    )
    expect(there.arrived).toHaveLength(2)
    expect(RedstartError.is(error, 'NOT_REACHED')).toBe(true)
    expect(String(error)).toMatch(/Sink: 127\.0\.0\.1:\d+ answered 503, the last of 2 times/)
    expect(String(error)).not.toMatch(/secret/)
  })

  it.each([400, 401, 403, 404, 302])('does not ask again after %i', async (status) => {
    await using there = await provider((__, response) => response.writeHead(status, { location: '/x' }).end())
    await expect(make(there.url)(purge)).rejects.toThrow(`answered ${status}`)
    expect(there.arrived).toHaveLength(1)
  })

  it('waits no longer for one that is silent than its timeout, and asks again', async () => {
    await using there = await provider((n, response) => {
      if (n > 0) succeed(n, response)
    })
    await make(there.url, { timeout: 50 })(purge)
    expect(there.arrived.length).toBeGreaterThan(1)
  })

  it('takes an answer that does not end for none', async () => {
    await using there = await provider((__, response) => response.writeHead(200).write('{"success":'))
    await expect(make(there.url, { timeout: 50, retries: 0 })(purge)).rejects.toThrow('did not answer within 50 ms')
  })

  it('cannot ask one that is not there', async () => {
    const there = await provider()
    await there[Symbol.asyncDispose]()
    await expect(make(there.url, { retries: 1 })(purge)).rejects.toThrow('could not be asked, the last of 2 times')
  })

  it('ends when it is told to, also in a wait', async () => {
    await using there = await provider((__, response) => response.writeHead(503, { 'retry-after': '20' }).end())
    const end = new AbortController()
    const asked = make(there.url)(purge, end.signal)
    await expect.poll(() => there.arrived.length).toBe(1)
    end.abort(new Error('closed'))
    await expect(asked).rejects.toThrow('Sink: ')
  })

  it('tells of the others where several calls failed, and made them all', async () => {
    await using there = await provider((__, response) => response.writeHead(400).end())
    const urls = ['https://shop.example/a', 'https://shop.example/b']
    const many = Array.from({ length: 300 }, (__, n) => `${n}${'x'.repeat(100)}`)
    await expect(make(there.url)({ tags: many, urls })).rejects.toThrow(
      /answered 400 \(and \d+ more of \d+ calls failed\)/,
    )
    expect(there.arrived.length).toBeGreaterThan(2)
  })
})

describe('Retry-After', () => {
  it('is waited for, and no longer than it was given', async () => {
    await using there = await provider((n, response) => {
      if (n === 0) response.writeHead(429, { 'retry-after': '1' }).end()
      else if (n === 1) response.writeHead(429, { 'retry-after': '3600' }).end()
      else succeed(n, response)
    })
    const sink = fastlySink({ serviceId: 's', token: TOKEN, endpoint: there.url, ...quick })
    const began = performance.now()
    await expect(sink({ tags: ['a'], urls: [] })).rejects.toThrow('answered 429')
    expect(performance.now() - began).toBeGreaterThan(900)
    expect(there.arrived).toHaveLength(2)
  })
})

describe('Cloudflare', () => {
  it.each(['{"success":false,"errors":[{"code":1}]}', 'nonsense', 'null'])(
    'has not done it by saying %s',
    async (body) => {
      await using there = await provider((_, response) => response.end(body))
      const sink = cloudflareSink({ zoneId: 'z', token: TOKEN, endpoint: there.url, ...quick })
      await expect(sink({ tags: ['a'], urls: [] })).rejects.toThrow('answered 200, but that it has not done it')
      expect(there.arrived).toHaveLength(1)
    },
  )
})

describe('an option that is not allowed', () => {
  const secret = 'pa55\nword'
  it.each<[string, () => unknown]>([
    ['a token that no header takes', () => fastlySink({ serviceId: 's', token: secret })],
    ['a token of Cloudflare', () => cloudflareSink({ zoneId: 's', token: secret })],
    ['no token', () => cloudflareSink({ zoneId: 's', token: '' })],
    ['a header', () => varnishSink({ url: 'http://varnish', headers: { authorization: secret } })],
    ['a URL with a password', () => varnishSink({ url: 'http://me:pa55@varnish' })],
    ['no URL', () => varnishSink({ url: 'varnish:6081' })],
    ['an id with a slash', () => fastlySink({ serviceId: '../x', token: TOKEN })],
    ['too many in a call', () => cloudflareSink({ zoneId: 's', token: TOKEN, batch: 1000 })],
    ['retries', () => fastlySink({ serviceId: 's', token: TOKEN, retries: 11 })],
    ['a way', () => varnishSink({ url: 'http://varnish', by: 'magic' as 'ban' })],
    ['a misspelt one', () => varnishSink({ url: 'http://varnish', urls: [] } as never)],
  ])('is %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(make).not.toThrow(/pa55/)
  })

  it.each(sinks)('is for %s what is no page', async (_, make) => {
    await expect(make('http://127.0.0.1:1')({ tags: [], urls: ['/menu'] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })
})
