import { Buffer } from 'node:buffer'
import { createHmac, randomUUID } from 'node:crypto'
import { faultProxy, type FaultProxy, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NextUser } from './next-user.ts'
import { buildNext, StartedNext, type Variant } from './started-next.ts'

/** `next build` once, and `next start` twice, on one Redis. */
describe.each<Variant>(['external', 'bundled'])('an app of Next.js with this package %s', (variant) => {
  let server: RedisServer
  let way: FaultProxy
  let one: StartedNext
  let other: StartedNext
  beforeAll(async () => {
    server = await startRedis()
    way = await faultProxy(server.url)
    await buildNext(variant)
    const env = { REDSTART_KEYS: Buffer.alloc(32, 9).toString('base64') }
    one = await StartedNext.start(variant, { ...env, REDIS_URL: way.url })
    other = await StartedNext.start(variant, { ...env, REDIS_URL: server.url })
  }, 1_200_000)
  afterAll(async () => {
    await one[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    await way.stop()
    await server.stop()
  })

  it('shows a visitor a page, and sets no cookie', async () => {
    const visitor = new NextUser()
    const page = await visitor.get(one, '/')
    expect([page.status, page.shown, page.cookies]).toEqual([200, 'user=nobody views=0 note=none flash=none', []])
  })

  it('signs a user in by a form, sends them on, and knows them on the other instance', async () => {
    const user = new NextUser()
    const { status, location, cookies } = await user.submit(one, 'login', { user: 'ada', returnTo: '/account?tab=1' })
    expect([status, location, cookies.map((set) => set.split('=', 1)[0])]).toEqual([303, '/account?tab=1', ['sid']])
    const page = await user.get(other, '/account?tab=1')
    expect([page.status, page.shown]).toEqual([200, 'user=ada views=0 note=none flash=welcome'])
    expect((await user.get(other, '/api/who')).json).toEqual({ userId: 'ada' })
    expect((await user.get(one, '/api/plain')).json).toEqual({ userId: 'ada' })
  })

  it('sends nobody to another site', async () => {
    for (const returnTo of ['//evil.example', 'https://evil.example/', '/\\evil.example'])
      expect((await new NextUser().submit(one, 'login', { returnTo })).location).toBe('/')
  })

  it('shows what an action changed in the page of the same answer', async () => {
    const user = new NextUser()
    const first = await user.call(one, 'count')
    expect([first.status, first.shown, first.cookies.length]).toEqual([200, expect.stringContaining('views=1'), 1])
    const second = await user.call(other, 'count')
    expect([second.shown, second.cookies]).toEqual([expect.stringContaining('views=2'), []])
    expect((await user.get(one, '/')).shown).toContain('views=2')
  })

  it('signs a user in by a call of the client router, whose next page knows them', async () => {
    const user = new NextUser()
    const answer = await user.call(one, 'login', { user: 'ada', returnTo: '/account' })
    expect([answer.status, answer.headers['x-action-redirect'], answer.shown, user.jar.size]).toEqual([
      ...[200, '/account;push', 'user=ada views=0 note=none flash=welcome', 1],
    ])
  })

  it('stores nothing of an action that fails', async () => {
    const user = await signedIn()
    expect((await user.call(one, 'fail')).status).toBe(500)
    expect((await user.get(one, '/')).shown).toContain('note=none')
  })

  it('signs in by a route handler that ends in redirect()', async () => {
    const user = new NextUser()
    const { status, location, cookies } = await user.ask(one, 'POST', '/api/who')
    expect([status, location, cookies.length]).toEqual([307, '/account', 1])
    expect((await user.get(other, '/account')).shown).toContain('user=grace')
  })

  it('leaves messages to whoever takes them: to no prefetch, and to no page', async () => {
    const user = await signedIn()
    const beforehand = await user.prefetch(one, '/')
    expect([beforehand.status, beforehand.cookies]).toEqual([200, []])
    expect((await user.get(one, '/')).shown).toContain('flash=welcome')
    await user.submit(one, 'take')
    expect((await user.get(other, '/')).shown).toContain('flash=none')
  })

  it('changes data in after(), and signs nobody in there', async () => {
    const user = await signedIn()
    await user.call(one, 'later')
    await expect
      .poll(async () => (await user.get(other, '/')).shown)
      .toContain('user=ada views=0 note=after-HEADERS_SENT')
  })

  it('has the proxy change a secret that is due, and nobody is lost by an answer that is', async () => {
    const user = await signedIn()
    const lost = user.copy()
    // Not while it is fetched beforehand.
    const beforehand = async (): Promise<unknown> => (await lost.prefetch(one, '/')).cookies.length
    const before = user.cookie
    await expect
      .poll(async () => [await beforehand(), (await user.get(one, '/api/plain')).cookies.length], { interval: 200 })
      .toEqual([0, 1])
    expect(user.cookie).not.toBe(before)
    // It is offered to whoever comes with the one before, and not in what is fetched beforehand.
    expect([(await lost.prefetch(one, '/')).cookies, (await lost.copy().get(one, '/')).cookies.length]).toEqual([[], 1])
    expect((await lost.copy().get(other, '/')).shown).toContain('user=ada')
    expect((await lost.copy().get(other, '/api/who')).json).toEqual({ userId: 'ada' })
    expect((await user.get(other, '/')).shown).toContain('user=ada')
    expect((await user.get(one, '/api/who')).json).toEqual({ userId: 'ada' })
  })

  it('has no page stored for others with which the proxy sends a secret', async () => {
    const user = await signedIn()
    expect((await user.get(other, '/about')).headers['cache-control']).toContain('s-maxage')
    await expect
      .poll(
        async () => {
          const { cookies, headers } = await user.copy().get(one, '/about')
          return [cookies.length, headers['cache-control']]
        },
        { interval: 200 },
      )
      .toEqual([1, 'private, no-store'])
  })

  it("shows the proxy's cookie to the page, the action and the route handler of the same request", async () => {
    for (const path of ['/', '/account', '/api/who', '/api/plain']) {
      const user = new NextUser([['connect.sid', await formerSession('linus')]])
      const page = await user.get(one, path)
      expect([page.text.includes('linus'), page.cookies.map((set) => set.split('=', 1)[0])], path).toEqual([
        true,
        ['sid', 'connect.sid'],
      ])
      expect([...user.jar.keys()]).toEqual(['sid'])
    }
    const user = new NextUser([['connect.sid', await formerSession('linus')]])
    expect((await user.call(one, 'count')).shown).toContain('user=linus views=1')
    expect((await user.get(other, '/')).shown).toContain('user=linus views=1')
  })

  it('lets in who is signed in, until they sign out, wherever that is', async () => {
    const guest = await new NextUser().get(one, '/account?tab=1')
    expect([guest.status, guest.location]).toEqual([307, '/login?returnTo=%2Faccount%3Ftab%3D1'])
    const user = await signedIn()
    const thief = user.copy()
    expect((await thief.get(one, '/account')).status).toBe(200)
    const { cookies } = await user.submit(other, 'logout')
    expect([cookies.length, user.jar.size]).toEqual([1, 0])
    expect([(await thief.get(one, '/account')).status, (await thief.get(one, '/')).shown]).toEqual([
      307,
      expect.stringContaining('user=nobody'),
    ])
  })

  it('answers in time while Redis says nothing, and goes on when it does', async () => {
    const user = await signedIn()
    way.set({ blackHole: true })
    const begun = performance.now()
    const [route, visitor] = await Promise.all([user.get(one, '/api/who'), new NextUser().get(one, '/')])
    expect([route.status, visitor.status, visitor.shown]).toEqual([503, 200, expect.stringContaining('user=nobody')])
    expect(performance.now() - begun).toBeLessThan(10_000)
    way.clear()
    await expect.poll(async () => (await user.get(one, '/api/who')).json).toEqual({ userId: 'ada' })
  })

  async function signedIn(): Promise<NextUser> {
    const user = new NextUser()
    await user.submit(one, 'login', { user: 'ada' })
    return user
  }

  /** As express-session and connect-redis have it. */
  async function formerSession(userId: string): Promise<string> {
    const id = randomUUID()
    const data = { cookie: { originalMaxAge: null, path: '/' }, passport: { user: userId } }
    await server.command('SET', `sess:${id}`, JSON.stringify(data), 'EX', '3600')
    const signature = createHmac('sha256', 'keyboard cat').update(id).digest('base64').replace(/=+$/, '')
    return encodeURIComponent(`s:${id}.${signature}`)
  }
})
