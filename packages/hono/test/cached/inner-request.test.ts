import { createRedstart, type SessionData } from '@redstart/core'
import { Hono } from 'hono'
import { expect, it, onTestFinished } from 'vitest'
import { cacheResponse, session, type SessionEnv } from '../../src/index.ts'

it('an answer is stored for nobody that was made by asking an own route whose session was looked at', async () => {
  const redstart = createRedstart({ keys: ['k'.repeat(43)] })
  onTestFinished(() => redstart.close())
  const app = new Hono<SessionEnv<SessionData>>()
  app.use('/me', session(redstart, { cookie: { secure: false } }))
  app.use('/log-in', session(redstart, { cookie: { secure: false } }))
  app.get('/me', (c) => c.text(c.var.session.userId ?? 'guest'))
  app.post('/log-in', async (c) => {
    await c.var.session.login('ada')
    return c.text('')
  })
  app.get('/page', cacheResponse(redstart, { ttl: '1m' }), async (c) => {
    const me = await app.request('/me', { headers: { cookie: c.req.header('x-session') ?? '' } })
    return c.text(`hello ${await me.text()}`)
  })
  const loggedIn = await app.request('/log-in', { method: 'POST' })
  const own = loggedIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
  const ofAda = await app.request('/page', { headers: { 'x-session': own } })
  const ofGuest = await app.request('/page')
  expect([await ofAda.text(), await ofGuest.text()]).toEqual(['hello ada', 'hello guest'])
  expect(ofGuest.headers.get('cache-status')).toContain('detail=session')
})
