import type { Express } from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { session } from '../../src/index.ts'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startApp, usualRoutes } from './session-app.ts'

const HTTPS = { 'x-forwarded-proto': 'https' }
const trusting = (app: Express): void => void app.set('trust proxy', 1)

afterEach(() => vi.unstubAllEnvs())

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: the cookie`, () => {
    it('over TLS has the prefix __Host- and all that it asks for; in clear it has not', async () => {
      const { browser } = await startApp({ express, before: trusting, routes: usualRoutes })
      const [secure] = (await browser().get('/views', HTTPS)).cookies
      expect(secure).toMatch(/^__Host-sid=a1\.[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
      const [clear] = (await browser().get('/views')).cookies
      expect(clear).toMatch(/^sid=a1\.[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)
      expect(secure?.split(';', 1)[0]?.length).toBeLessThan(120)
    })

    it('over TLS is never read from the bare name, which anybody may plant', async () => {
      const { browser } = await startApp({ express, before: trusting, routes: usualRoutes })
      const attacker = browser()
      await attacker.get('/views')
      const value = attacker.jar.get('sid') ?? ''
      for (const cookie of [
        `sid=${value}`,
        `__Secure-sid=${value}`,
        `__host-sid=${value}`,
        `__Host-sid =; sid=${value}`,
      ])
        expect((await browser().get('/who', { ...HTTPS, cookie })).body).toBe('{}')
      expect((await browser().get('/who', { ...HTTPS, cookie: `__Host-sid=${value}` })).body).toBe('{"views":1}')
    })

    it('that comes twice, with two right values, does not count; one right value does', async () => {
      const { browser } = await startApp({ express, routes: usualRoutes })
      const [one, other] = [browser(), browser()]
      await one.post('/login/ada')
      await other.post('/login/mallory')
      const [ada, mallory] = [one.cookie, other.cookie]
      const both = await browser().get('/who', { cookie: `${mallory}; ${ada}` })
      expect([both.body, both.cookies]).toEqual(['{}', []])
      expect((await browser().get('/who', { cookie: `sid=; ${ada}; sid=planted; ${ada}` })).body).toContain('ada')
    })

    it.each([
      ['a domain', { domain: 'example.com' }, '__Secure-sid', '; Domain=example.com; Path=/; '],
      ['a path', { path: '/app' }, '__Secure-sid', '; Path=/app; '],
      ['partitioned', { partitioned: true, sameSite: 'none' }, '__Host-sid', '; Secure; Partitioned; SameSite=None'],
      ['strict', { sameSite: 'strict' }, '__Host-sid', '; SameSite=Strict'],
      ['a name', { name: 'account' }, 'account', '; Path=/; '],
    ] as const)('with %s is set and cleared with the same attributes', async (_what, cookie, own, part) => {
      const { browser } = await startApp({ express, before: trusting, middleware: { cookie }, routes: usualRoutes })
      const user = browser()
      const [set = ''] = (await user.ask('/login/ada', { method: 'POST', headers: HTTPS })).cookies
      const out = await user.ask('/logout', { method: 'POST', headers: { ...HTTPS, cookie: user.cookie } })
      const [cleared = ''] = out.cookies
      expect([set.split('=', 1)[0], cleared.split('=', 1)[0]]).toEqual([own, own])
      for (const attributes of [set, cleared]) expect(`${attributes}; `).toContain(part)
      expect(cleared).toMatch(/^[\w-]+=; Max-Age=0; /)
      const attributesOf = (text: string): string[] =>
        text.split('; ').filter((one, n) => n > 0 && !/^(Max-Age|Expires)=/.test(one))
      expect(attributesOf(cleared)).toEqual(attributesOf(set))
      expect((await user.get('/who', HTTPS)).body).toBe('{}')
    })

    it('that no browser would take is refused when the middleware is made', async () => {
      const { redstart } = await startApp({ express, routes: () => {} })
      for (const cookie of [
        { name: '__Host-sid', domain: 'example.com' },
        { name: '__Host-sid', secure: false },
        { name: 'two words' },
        { sameSite: 'none', secure: false },
        { domain: 'exam ple' },
        { path: '/;' },
      ] as const)
        expect(() => session(redstart, { cookie }), JSON.stringify(cookie)).toThrow(
          expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
        )
      // What a caller without types may pass.
      expect(() => session(redstart, { cookie: { secure: 'always' as 'auto' } })).toThrow(
        "expected true, false or 'auto'",
      )
    })
  })

  describe(`${name}: in production`, () => {
    const start = async (before?: (app: Express) => void): ReturnType<typeof startApp> => {
      vi.stubEnv('NODE_ENV', 'production')
      const redstart = { keys: 'x'.repeat(32) }
      return await startApp({ express, redstart, ...(before && { before }), routes: usualRoutes })
    }

    it('behind a proxy that ends TLS and is trusted, it is secure by itself', async () => {
      const { browser } = await start(trusting)
      const user = browser()
      const { cookies } = await user.ask('/login/ada', { method: 'POST', headers: HTTPS })
      expect(cookies).toEqual([expect.stringMatching(/^__Host-sid=u1.*; Secure/)])
      expect((await user.get('/who', { ...HTTPS, cookie: user.cookie })).body).toContain('ada')
    })

    it.each([
      ['nothing came', undefined, {}, /no X-Forwarded-Proto came with it.*app\.set\('trust proxy', 1\)/],
      [
        'nobody trusts it',
        undefined,
        HTTPS,
        /says https, but the proxy that sent it is not trusted: .*'trust proxy', 1/,
      ],
      ['it was clear', trusting, { 'x-forwarded-proto': 'http' }, /used plain HTTP, so redirect it/],
      ['a trusted one said nothing', trusting, {}, /no X-Forwarded-Proto came with it/],
    ])(
      'a cookie that would be lost is an error that names what is missing: %s',
      async (_why, before, headers, text) => {
        const { browser, errors } = await start(before)
        const { status, cookies, body } = await browser().ask('/login/ada', { method: 'POST', headers })
        expect([status, cookies]).toEqual([500, []])
        expect(body).toContain('INSECURE_COOKIE')
        expect(errors).toMatchObject([{ code: 'INSECURE_COOKIE', message: expect.stringMatching(text) }])
      },
    )

    it('a visitor who needs no session is served without one', async () => {
      const { browser } = await start()
      const { status, cookies } = await browser().get('/who')
      expect([status, cookies]).toEqual([200, []])
    })
  })

  describe(`${name}: caches`, () => {
    const routes = (app: Express): void => {
      usualRoutes(app)
      app.get('/cached', (req, res) => {
        req.session.views = (req.session.views ?? 0) + 1
        res
          .set('Cache-Control', String(req.get('x-want')))
          .set('Vary', String(req.get('x-vary')))
          .end()
      })
    }

    it('may not store an answer that sets the cookie, and must know what others depend on', async () => {
      const { browser } = await startApp({ express, routes })
      const visitor = browser()
      const heads = async (path: string, method = 'GET'): Promise<unknown> => {
        const { headers } = await visitor.ask(path, { method })
        return [headers.get('cache-control'), headers.get('vary')]
      }
      expect(await heads('/plain')).toEqual([null, null])
      expect(await heads('/who')).toEqual([null, 'Cookie'])
      expect(await heads('/views')).toEqual(['no-store', 'Cookie'])
      expect(await heads('/plain')).toEqual([null, null])
      expect(await heads('/views')).toEqual([null, 'Cookie'])
      expect(await heads('/logout', 'POST')).toEqual(['no-store', expect.stringContaining('Cookie')])
    })

    it.each([
      ['public, max-age=60', 'Accept', 'no-store', 'Accept, Cookie'],
      ['private, max-age=60', 'cookie, Accept', 'private, max-age=60', 'cookie, Accept'],
      ['no-store', '*', 'no-store', '*'],
    ])('are told so where the handler says %s and Vary: %s', async (want, vary, cacheControl, varies) => {
      const { browser } = await startApp({ express, routes })
      const { headers } = await browser().get('/cached', { 'x-want': want, 'x-vary': vary })
      expect([headers.get('cache-control'), headers.get('vary')]).toEqual([cacheControl, varies])
    })
  })
}
