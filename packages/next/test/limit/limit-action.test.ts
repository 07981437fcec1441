import '../next-environment.ts'
import { createRedstart, fixedWindow } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type LimitActionOptions, limitAction, type LimitedResult } from '../../src/http.ts'
import { runningApp } from '../route/running-app.ts'

const POLICIES = {
  two: fixedWindow({ limit: 2, window: '1h' }),
  guests: fixedWindow({ limit: 1, window: '1h' }),
  closed: fixedWindow({ limit: 2, window: '1h', onFailure: 'closed' }),
} as const

type Options = LimitActionOptions<typeof POLICIES, readonly [string]>
type Order = (dish: string) => Promise<string>

/** Calls an action as a request to Next.js does, the dish as its argument. */
async function actionApp(
  options: Options,
  action: Order = async (dish) => `ordered ${dish}`,
  url?: string,
): Promise<(dish: string, headers?: Readonly<Record<string, string>>) => Promise<unknown>> {
  const redstart = createRedstart({ policies: POLICIES, ...(url !== undefined && { backend: redis(url) }) })
  onTestFinished(async () => await redstart.close())
  const order = limitAction(redstart, options, action)
  const POST = async (request: Request): Promise<Response> => {
    const result: LimitedResult<string> | { readonly thrown: string } = await order(await request.text()).catch(
      (error: unknown) => ({ thrown: error instanceof Error ? `${error.name} ${error.message}` : 'nothing' }),
    )
    return Response.json(result)
  }
  const ask = await runningApp({ '/': { POST } })
  return async (dish, headers = {}) => {
    const answer = await ask('/', { method: 'POST', body: dish, headers: { ...headers } })
    const result: unknown = await answer.json()
    return result
  }
}

const HOPS = { clientAddress: { hops: 0 }, policies: 'two', jitter: 0 } as const
const REFUSED = { ok: false, error: 'rate_limited', retryAfter: 3600 } as const
const DONE = { ok: true, value: 'ordered soup' } as const

describe('a server action with a limit', () => {
  it('resolves to what it did, and to why it was not run', async () => {
    const dishes: string[] = []
    const order = await actionApp(HOPS, async (dish) => {
      dishes.push(dish)
      return `ordered ${dish}`
    })
    expect([await order('soup'), await order('soup')]).toEqual([DONE, DONE])
    expect(await order('soup')).toMatchObject({ ok: false, error: 'rate_limited' })
    expect(dishes).toEqual(['soup', 'soup'])
  })

  it('is limited by who has connected, whatever its headers say', async () => {
    const order = await actionApp(HOPS)
    const results: unknown[] = []
    for (const forged of ['203.0.113.1', '203.0.113.2', '203.0.113.3'])
      results.push(await order('soup', { 'x-forwarded-for': forged, forwarded: `for=${forged}`, 'x-real-ip': forged }))
    expect(results).toMatchObject([DONE, DONE, { ok: false }])
  })

  it('is limited by a key made of its arguments and headers, each caller alone', async () => {
    const order = await actionApp({
      policies: 'two',
      jitter: 0,
      key: ({ args: [dish], header }: { readonly args: readonly [string]; header(name: string): string | undefined }) =>
        `${header('x-user')} ${dish}`,
    })
    const ada = { 'x-user': 'ada' }
    expect([await order('soup', ada), await order('soup', ada)]).toEqual([DONE, DONE])
    expect(await order('soup', ada)).toMatchObject(REFUSED)
    expect(await order('soup', { 'x-user': 'bob' })).toEqual(DONE)
    expect(await order('bread', ada)).toEqual({ ok: true, value: 'ordered bread' })
  })

  it('gets back what it took as its rule says: an error, a redirect and notFound() are told apart', async () => {
    const signal = (digest: string): Error => Object.assign(new Error('a signal'), { digest })
    const thrown: Readonly<Record<string, Error>> = {
      wrong: new Error('wrong'),
      redirect: signal('NEXT_REDIRECT;replace;/orders;307;'),
      missing: signal('NEXT_HTTP_ERROR_FALLBACK;404'),
    }
    const action: Order = async (what) => {
      throw thrown[what] ?? new Error('unknown')
    }
    const order = await actionApp({ ...HOPS, refund: 'success' }, action)
    for (let n = 0; n < 3; n++) expect(await order('redirect')).toEqual({ thrown: 'Error a signal' })
    expect(await order('wrong')).toEqual({ thrown: 'Error wrong' })
    expect(await order('missing')).toEqual({ thrown: 'Error a signal' })
    expect(await order('redirect')).toMatchObject({ ok: false })
  })

  it('says that the limiter is away where a policy refuses then', async () => {
    const order = await actionApp({ policies: 'closed', key: () => 'all' }, undefined, 'redis://127.0.0.1:1')
    expect(await order('soup')).toMatchObject({ ok: false, error: 'unavailable' })
  })

  it('limits users by who they are, and guests by their address', async () => {
    const user = ({ header }: { header(name: string): string | undefined }): string | undefined => header('x-user')
    const order = await actionApp({
      clientAddress: { hops: 0 },
      jitter: 0,
      rules: [
        { policies: 'two', key: user },
        {
          policies: 'guests',
          skip: (call: { header(name: string): string | undefined }) => user(call) !== undefined,
        },
      ],
    })
    const ada = { 'x-user': 'ada' }
    expect([await order('soup', ada), await order('soup', ada), await order('soup')]).toEqual([DONE, DONE, DONE])
    expect([await order('soup', ada), await order('soup')]).toEqual([REFUSED, REFUSED])
    expect(await order('soup', { 'x-user': 'bob' })).toEqual(DONE)
  })

  it.each<readonly [string, object]>([
    ['match', { match: '/orders' }],
    ['match', { policies: undefined, rules: [{ policies: 'two', match: '/orders' }] }],
    ['refuse', { refuse: () => ({ status: 429, headers: [] }) }],
    ['headers', { headers: 'legacy' }],
    ['partitionKey', { partitionKey: 'a secret that is long' }],
    ['expose', { expose: false }],
  ])('has no use for %s', (name, options) => {
    const redstart = createRedstart({ policies: POLICIES })
    // What callers without types may pass.
    const given = { ...HOPS, ...options } as Options
    expect(() => limitAction(redstart, given, async (dish: string) => dish)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(`option ${name} is`) }),
    )
  })

  it('is checked at the start', () => {
    const redstart = createRedstart({ policies: POLICIES })
    const action = async (): Promise<void> => {}
    expect(() => limitAction(redstart, { policies: 'three' as 'two', key: () => 'all' }, action)).toThrow(/three/)
    expect(() => limitAction(redstart, { policies: 'two' }, action)).toThrow(/has no key/)
    expect(() => limitAction(redstart, { ...HOPS, proxies: -1 }, action)).toThrow(/proxies/)
  })
})
