import { createRedstart } from '@redstart/core'
import express from 'express'
import { afterEach, expect, it } from 'vitest'
import { session } from '../../src/index.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

it('signs in, keeps data, and signs out', async () => {
  const redstart = createRedstart()
  const app = express()
  app.use(session(redstart))
  app.get('/views', (req, res) => {
    const data = req.session as { views?: number }
    data.views = (data.views ?? 0) + 1
    res.json({ views: data.views, userId: req.session.userId })
  })
  app.post('/login', async (req, res) => {
    await req.session.login('ada')
    res.redirect('/views')
  })
  app.post('/logout', async (req, res) => {
    await req.session.logout()
    res.end('bye')
  })
  app.get('/plain', (_req, res) => void res.end('plain'))
  const server = app.listen(0, '127.0.0.1')
  closers.push(
    () => new Promise((done) => server.close(done)),
    () => redstart.close(),
  )
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  let cookie = ''
  const ask = async (method: string, path: string) => {
    const response = await fetch(url + path, { method, redirect: 'manual', headers: { cookie } })
    const set = response.headers.getSetCookie()
    if (set.length > 0) cookie = set[0]?.split(';')[0] ?? ''
    return { status: response.status, set, text: await response.text(), headers: response.headers }
  }
  expect((await ask('GET', '/plain')).set).toEqual([])
  const first = await ask('GET', '/views')
  expect(first.text).toBe('{"views":1}')
  expect(first.set[0]).toMatch(/^sid=a1\..*; Path=\/; HttpOnly; SameSite=Lax$/)
  expect(first.headers.get('cache-control')).toBe('no-store')
  expect((await ask('GET', '/views')).text).toBe('{"views":2}')
  const login = await ask('POST', '/login')
  expect([login.status, login.set.length]).toEqual([302, 1])
  expect((await ask('GET', '/views')).text).toBe('{"views":3,"userId":"ada"}')
  const logout = await ask('POST', '/logout')
  expect(logout.set[0]).toMatch(/^sid=; Max-Age=0/)
})
