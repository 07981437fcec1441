import { once } from 'node:events'
import { connect } from 'node:net'
import { type RedisServer, startRedis } from '@redstart/testing'
import type { Express } from 'express'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
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

  describe(`${name}, with 20 ms to Redis and back: a response that is written by hand`, () => {
    it('has what was changed before its head, and what is changed on the way is stored at its end', async () => {
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
      await vi.waitFor(async () => expect(await noteOf(visitor)).toBe('at the end'), 20_000)
    })

    it('has left with its first byte: a log-in behind it is an error, and nobody is signed in', async () => {
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

    it('stores what its handler does once its client has gone', async () => {
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
        await vi.waitFor(() => expect(begun).toBeGreaterThan(before), 20_000)
        if (path === '/torn') await once(socket, 'data')
        socket.destroy()
        await vi.waitFor(async () => expect(await noteOf(visitor)).toBe(note), 20_000)
      }
      expect(closed).toBe(2)
    })
  })
}
