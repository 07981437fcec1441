import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildNext, startNext } from './next-process.ts'

/** An app that Next.js has built and serves; each limit of it is two an hour. */
describe('an app of Next.js with limits and a cache', () => {
  let built = ''
  let origin = ''
  let stop = async (): Promise<void> => {}
  beforeAll(async () => {
    built = await buildNext()
    const started = await startNext({ SECRET: 'there' })
    ;({ origin, stop } = started)
  }, 600_000)
  afterAll(async () => await stop())

  async function ask(path: string, init?: RequestInit): Promise<Response> {
    return await fetch(origin + path, { redirect: 'manual', ...init })
  }
  const from = (address: string): RequestInit => ({ headers: { 'x-forwarded-for': address, 'x-real-ip': address } })
  async function statuses(path: string, all: readonly RequestInit[]): Promise<readonly number[]> {
    const found: number[] = []
    for (const init of all) found.push((await ask(path, init)).status)
    return found
  }

  it('is built without what its instance needs, and its routes are not prerendered', () => {
    expect(built).toContain('SECRET is not set')
    for (const route of ['/cached', '/limited', '/led/[to]']) expect(built).toContain(`ƒ ${route}`)
  })

  it('limits a route by who has connected, whatever a client says of its address', async () => {
    const all = ['203.0.113.1', '203.0.113.2', '203.0.113.3'].map(from)
    expect(await statuses('/limited', all)).toEqual([200, 200, 429])
    const refused = await ask('/limited')
    expect(refused.headers.get('ratelimit')).toMatch(/^"route";r=0;/)
    expect(await refused.json()).toMatchObject({ 'violated-policies': ['route'] })
  })

  it('limits a route by what a proxy says that is trusted', async () => {
    const post = (address: string): RequestInit => ({ ...from(address), method: 'POST', body: 'soup' })
    const all = ['203.0.113.1', '203.0.113.1', '198.51.100.9, 203.0.113.1', '203.0.113.2'].map(post)
    expect(await statuses('/limited', all)).toEqual([200, 200, 429, 200])
  })

  it('limits an action by who has connected', async () => {
    const [, id = ''] = /name="(\$ACTION_ID_[0-9a-f]+)"/.exec(await (await ask('/')).text()) ?? []
    const locations: (string | null)[] = []
    for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.3']) {
      const form = new FormData()
      form.set(id, '')
      const answer = await ask('/', { ...from(address), method: 'POST', body: form })
      locations.push(answer.headers.get('location'))
    }
    expect(locations).toEqual(['/proxied?ordered', '/proxied?ordered', '/proxied?rate_limited'])
  })

  it('limits what comes through the proxy, but not what is fetched beforehand, and tells actions why', async () => {
    const prefetch = { headers: { rsc: '1', 'next-router-prefetch': '1' } }
    // Next.js wants another URL of who asks for parts of a page.
    const path = (await ask('/proxied', prefetch)).headers.get('location') ?? '/proxied'
    expect(await statuses(path, [prefetch, prefetch, prefetch])).toEqual([200, 200, 200])
    expect(await statuses('/proxied', ['203.0.113.1', '203.0.113.2', '203.0.113.3'].map(from))).toEqual([200, 200, 429])
    const action = await ask('/elsewhere', { method: 'POST', headers: { 'next-action': '40aa' }, body: '[]' })
    expect([action.status, action.headers.get('content-type')]).toEqual([429, 'text/plain'])
    expect(await action.text()).toMatch(/^That was too much\. Try again in \d+ seconds\.$/)
  })

  it('caches a route until revalidateTag() of Next.js drops it, and not what sets a cookie', async () => {
    const made = async (path = '/cached'): Promise<string> => await (await ask(path)).text()
    const first = await made()
    expect(await made()).toBe(first)
    await ask('/cached', { method: 'POST' })
    const second = await made()
    expect(second).not.toBe(first)
    expect(await made('/cached?cookie')).not.toBe(await made('/cached?cookie'))
    expect(await made()).toBe(second)
  })

  it('keeps apart what one URL leads to by the headers of a request', async () => {
    const texts: string[] = []
    for (const language of ['en', 'de', 'en', 'de'])
      texts.push(await (await ask('/by-language', { headers: { 'x-language': language } })).text())
    expect(texts).toEqual(['en', 'de', 'en', 'de'])
  })
})
