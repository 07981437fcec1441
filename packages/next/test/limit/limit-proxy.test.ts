import '../next-environment.ts'
import { createRedstart, fixedWindow } from '@redstart/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { limitProxy, type LimitProxyOptions, type ProxyHandler } from '../../src/http.ts'
import { runningApp } from '../route/running-app.ts'

const POLICIES = { two: fixedWindow({ limit: 2, window: '1h' }) } as const
type Options = LimitProxyOptions<typeof POLICIES>

const HOPS = { clientAddress: { hops: 0 }, policies: 'two', jitter: 0 } as const
const ACTION = { 'next-action': '40a1', 'content-type': 'text/plain;charset=UTF-8' }

async function proxyApp(options: Options, proxy?: ProxyHandler): ReturnType<typeof runningApp> {
  const redstart = createRedstart({ policies: POLICIES })
  onTestFinished(async () => await redstart.close())
  const answer = async (): Promise<Response> => new Response('the page')
  return await runningApp({ '/': { GET: answer, POST: answer } }, { proxy: limitProxy(redstart, options, proxy) })
}

async function statuses(
  ask: Awaited<ReturnType<typeof runningApp>>,
  ...all: readonly RequestInit[]
): Promise<number[]> {
  const found: number[] = []
  for (const init of all) found.push((await ask('/', init)).status)
  return found
}

const GET: RequestInit = {}
const PREFETCH: RequestInit = { headers: { rsc: '1', 'next-router-prefetch': '1' } }
const POST_ACTION: RequestInit = { method: 'POST', headers: ACTION, body: '[]' }

describe('a proxy with limits', () => {
  it('lets through what is left, tells what that is, and refuses the rest', async () => {
    const ask = await proxyApp(HOPS)
    const first = await ask('/')
    expect([first.status, await first.text(), first.headers.get('ratelimit')]).toEqual([
      200,
      'the page',
      '"two";r=1;t=3600',
    ])
    await ask('/')
    const refused = await ask('/')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^3(600|5\d\d)$/)])
    expect(await refused.json()).toMatchObject({ 'violated-policies': ['two'] })
    const page = await ask('/', { headers: { accept: 'text/html' } })
    expect([page.status, await page.text()]).toEqual([429, expect.stringContaining('That was too much')])
  })

  it('does not take a forged address for another client', async () => {
    const ask = await proxyApp(HOPS)
    const from = (address: string): RequestInit => ({ headers: { 'x-forwarded-for': address, 'x-real-ip': address } })
    expect(await statuses(ask, from('203.0.113.1'), from('203.0.113.2'), from('203.0.113.3'))).toEqual([200, 200, 429])
  })

  it('goes on with what else a proxy does', async () => {
    const ask = await proxyApp(HOPS, (request) =>
      request.headers.get('x-member') === null ? Response.redirect('http://localhost:3000/login', 307) : undefined,
    )
    const away = await ask('/')
    expect([away.status, away.headers.get('location'), away.headers.get('ratelimit')]).toEqual([
      307,
      '/login',
      '"two";r=1;t=3600',
    ])
    expect(await (await ask('/', { headers: { 'x-member': 'yes' } })).text()).toBe('the page')
  })

  it('tells an action that is refused what the page is to say', async () => {
    const ask = await proxyApp({ ...HOPS, jitter: 0 })
    expect(await statuses(ask, POST_ACTION, POST_ACTION)).toEqual([200, 200])
    const refused = await ask('/', POST_ACTION)
    expect([refused.status, refused.headers.get('content-type')]).toEqual([429, 'text/plain'])
    expect(await refused.text()).toMatch(/^That was too much\. Try again in 3\d\d\d seconds\.$/)
  })

  it('counts actions alone, and forms that may be some, or none of them', async () => {
    const form = new FormData()
    form.set('$ACTION_ID_40a1', '')
    const only = await proxyApp({ ...HOPS, actions: 'only' })
    expect(await statuses(only, GET, GET, GET, POST_ACTION, { method: 'POST', body: form }, POST_ACTION, GET)).toEqual([
      ...[200, 200, 200, 200, 200],
      ...[429, 200],
    ])
    const leave = await proxyApp({ ...HOPS, actions: 'leave' })
    expect(await statuses(leave, POST_ACTION, POST_ACTION, POST_ACTION, GET, GET, GET)).toEqual([
      ...[200, 200, 200, 200, 200],
      ...[429],
    ])
  })

  it('leaves alone what is fetched beforehand where that is said', async () => {
    const counting = await proxyApp(HOPS)
    expect(await statuses(counting, PREFETCH, PREFETCH, GET)).toEqual([200, 200, 429])
    const leaving = await proxyApp({ ...HOPS, prefetches: 'leave' })
    expect(await statuses(leaving, PREFETCH, PREFETCH, { headers: { 'sec-purpose': 'prefetch' } }, GET)).toEqual([
      ...[200, 200, 200, 200],
    ])
  })

  it('is checked at the start', () => {
    const redstart = createRedstart({ policies: POLICIES })
    expect(() => limitProxy(redstart, { ...HOPS, refund: 'success' as never })).toThrow(/refund/)
    expect(() => limitProxy(redstart, { ...HOPS, actions: 'none' as 'leave' })).toThrow(/actions/)
    expect(() => limitProxy(redstart, { ...HOPS, prefetches: 'only' as 'leave' })).toThrow(/prefetches/)
  })
})
