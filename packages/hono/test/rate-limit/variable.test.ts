import { createRedstart, fixedWindow } from '@redstart/core'
import { type Context, Hono } from 'hono'
import { expect, it } from 'vitest'
import { addressFrom, rateLimit, session, type SessionEnv } from '../../src/index.ts'

const POLICIES = { two: fixedWindow({ limit: 2, window: '1h' }) } as const
const connection = { address: addressFrom(() => ({ remote: { address: '203.0.113.7' } })) }

it('what was decided is a variable of the context, which a chain knows', async () => {
  const redstart = createRedstart({ policies: POLICIES })
  const app = new Hono()
    .use(rateLimit(redstart, { policies: 'two', clientAddress: 'framework', ...connection }))
    .get('/', (c) => c.json({ left: c.var.rateLimit?.policies['two']?.remaining }))
  expect(await (await app.request('/')).json()).toEqual({ left: 1 })
  expect(await (await app.request('/')).json()).toEqual({ left: 0 })
  expect((await app.request('/')).status).toBe(429)
})

it('an instance may come with each request, and what is wrong is told at the first', async () => {
  const redstart = createRedstart({ policies: POLICIES })
  let asked = 0
  const from = async (): Promise<typeof redstart> => {
    asked += 1
    return redstart
  }
  const app = new Hono().use(rateLimit(from, { policies: 'two', clientAddress: 'framework', ...connection }))
  app.get('/', (c) => c.text('yes'))
  const statuses: number[] = []
  for (let n = 0; n < 3; n++) statuses.push((await app.request('/')).status)
  expect(statuses).toEqual([200, 200, 429])
  expect(asked).toBe(3)
  const wrong = new Hono().use(rateLimit(from, { policies: 'two' })).onError((error, c) => c.text(error.message, 500))
  expect(await (await wrong.request('/')).text()).toContain('has no key')
  const nothing = new Hono().use(rateLimit((() => undefined) as never, { policies: 'two' as never, ...connection }))
  expect((await nothing.onError((error, c) => c.text(error.message, 500)).request('/')).status).toBe(500)
})

it('limits users of sessions that stand before it', async () => {
  const redstart = createRedstart({ policies: POLICIES, keys: Buffer.alloc(32, 7).toString('base64') })
  const app = new Hono()
    .use(
      session(redstart),
      rateLimit(redstart, { policies: 'two', key: (c: Context<SessionEnv<object>>) => c.get('session').userId }),
    )
    .post('/login', async (c) => {
      await c.var.session.login('ada')
      return c.text('in')
    })
    .get('/', (c) => c.text('yes'))
  const cookie = (await app.request('/login', { method: 'POST' })).headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
  const statuses: number[] = []
  for (let n = 0; n < 3; n++) statuses.push((await app.request('/', { headers: { cookie } })).status)
  expect(statuses).toEqual([200, 200, 429])
  expect((await app.request('/')).headers.get('ratelimit')).toBeNull()
})
