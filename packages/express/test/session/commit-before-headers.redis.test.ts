import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import type { Express } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPRESSES, type ExpressFactory, loadExpress } from '../express-app.ts'
import type { Browser } from './browser.ts'
import { proxyTo, startRedisApp } from './redis-app.ts'
import { type SessionApp, usualRoutes } from './session-app.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

/** Every trip to Redis takes 20 ms more. */
async function slowApp(express: ExpressFactory, routes: (app: Express) => void): Promise<SessionApp> {
  const proxy = await proxyTo(server)
  proxy.set({ latency: { ms: 10 } })
  return await startRedisApp({
    express,
    url: proxy.url,
    routes: (app) => {
      usualRoutes(app)
      app.get('/note', (req, res) => void res.json(req.session.note ?? null))
      routes(app)
    },
  })
}

async function noteOf(browser: Browser): Promise<unknown> {
  return JSON.parse((await browser.get('/note')).body)
}

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}, with 20 ms to Redis and back: what is stored is there before the answer is`, () => {
    it('a redirect that is followed at once sees the data', async () => {
      const { browser } = await slowApp(express, (app) => {
        app.post('/note/:n', (req, res) => {
          req.session.note = `note ${req.params.n}`
          res.redirect('/note')
        })
      })
      const visitor = browser()
      for (let n = 0; n < 5; n++) {
        const { status, headers } = await visitor.post(`/note/${n}`)
        expect([status, headers.get('location')]).toEqual([302, '/note'])
        expect(await noteOf(visitor)).toBe(`note ${n}`)
      }
    })

    it('a stream of 5 MiB', async () => {
      const { browser } = await slowApp(express, (app) => {
        app.get('/stream', (req, res, next) => {
          req.session.note = 'streamed'
          const chunk = Buffer.alloc(64 * 1024, 'x')
          pipeline(Readable.from(Array.from({ length: 80 }, () => chunk)), res).catch(next)
        })
      })
      const visitor = browser()
      const { body, cookies } = await visitor.get('/stream')
      expect([body.length, cookies.length]).toEqual([5 * 1024 * 1024, 1])
      expect(await noteOf(visitor)).toBe('streamed')
    })

    it('sendFile, and HEAD', async () => {
      const { browser } = await slowApp(express, (app) => {
        app.get('/file', (req, res) => {
          req.session.note = req.method
          res.sendFile(import.meta.filename)
        })
      })
      for (const method of ['GET', 'HEAD']) {
        const visitor = browser()
        const { status, cookies, body, headers } = await visitor.ask('/file', { method })
        expect([status, cookies.length, body.length > 0]).toEqual([200, 1, method === 'GET'])
        expect(Number(headers.get('content-length'))).toBeGreaterThan(1000)
        expect(await noteOf(visitor)).toBe(method)
      }
    })

    it('events of a stream arrive as they come, and what is changed on the way is stored at its end', async () => {
      let goOn = (): void => {}
      const { browser } = await slowApp(express, (app) => {
        app.get('/events', (req, res) => {
          req.session.note = 'at the start'
          res.type('text/event-stream').flushHeaders()
          res.write('data: first\n\n')
          goOn = () => {
            req.session.note = 'at the end'
            res.end('data: last\n\n')
          }
        })
      })
      const visitor = browser()
      await visitor.get('/views')
      const response = await visitor.open('/events')
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      expect(await reader?.read()).toEqual({ done: false, value: 'data: first\n\n' })
      expect(await noteOf(visitor)).toBe('at the start')
      goOn()
      expect(await reader?.read()).toEqual({ done: false, value: 'data: last\n\n' })
      await eventually(async () => (await noteOf(visitor)) === 'at the end')
    })

    it('a log-in after the first byte is an error, and nobody is signed in', async () => {
      const errors: unknown[] = []
      const { browser, redstart } = await slowApp(express, (app) => {
        app.get('/late', (req, res) => {
          req.session.note = 'before'
          res.write('first ')
          req.session
            .login('ada')
            .catch((error: unknown) => errors.push(error))
            .finally(() => res.end('last'))
        })
      })
      const visitor = browser()
      expect((await visitor.get('/late')).body).toBe('first last')
      expect(errors).toMatchObject([{ code: 'HEADERS_SENT' }])
      expect(await redstart.sessions.user('ada').list()).toEqual([])
      expect((await visitor.get('/who')).body).toBe('{}')
    })

    it('a handler that fails stores nothing, though a log-in stands; one that fails late tears its answer', async () => {
      const { browser } = await slowApp(express, (app) => {
        app.get('/throw', (req) => {
          req.session.note = 'half done'
          throw new Error('wrong')
        })
        app.post('/login-and-throw', (req, _res, next) => {
          req.session.note = 'before it'
          req.session.login('ada').then(() => next(new Error('wrong, signed in')), next)
        })
        app.get('/throw-late', (req, res) => {
          req.session.note = 'written'
          res.write('x')
          throw new Error('wrong, late')
        })
      })
      const visitor = browser()
      const login = await visitor.post('/login-and-throw')
      expect([login.status, login.cookies.length]).toEqual([500, 1])
      expect((await visitor.get('/who')).body).toBe('{"userId":"ada"}')
      await visitor.get('/views')
      const thrown = await visitor.get('/throw')
      // A log-in has taken with it what was there by then.
      expect([thrown.status, await noteOf(visitor)]).toEqual([500, 'before it'])
      await expect(visitor.get('/throw-late')).rejects.toThrow()
      expect((await visitor.get('/views')).body).toBe('{"views":2}')
    })

    it('a client that goes away does no harm, and what its handler stored is stored', async () => {
      let begun = 0
      let closed = 0
      const { browser, port } = await slowApp(express, (app) => {
        app.get('/long', (req, res) => {
          begun += 1
          res.on('close', () => {
            req.session.note = 'all the same'
            closed += 1
            res.end('nobody hears')
          })
        })
        app.get('/torn', (req, res) => {
          begun += 1
          res.write('x')
          res.on('close', () => {
            closed += 1
          })
          req.session.note = 'torn'
        })
      })
      const visitor = browser()
      await visitor.get('/views')
      for (const [path, note] of [
        ['/long', 'all the same'],
        ['/torn', 'torn'],
      ] as const) {
        const socket = connect({ host: '127.0.0.1', port })
        socket.on('error', () => {})
        socket.write(`GET ${path} HTTP/1.1\r\nHost: app\r\nCookie: ${visitor.cookie}\r\n\r\n`)
        const before = begun
        await eventually(() => begun > before)
        if (path === '/torn') await once(socket, 'data')
        socket.destroy()
        await eventually(async () => (await noteOf(visitor)) === note)
      }
      expect(closed).toBe(2)
    })
  })
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const late = AbortSignal.timeout(15_000)
  while (!(await holds())) {
    late.throwIfAborted()
    await setTimeout(10)
  }
}
