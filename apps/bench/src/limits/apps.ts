import { serve } from '@hono/node-server'
import { createRedstart, gcra, type LimitPolicy, type Redstart, type SessionData } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { rateLimit as forExpress } from '@redstart/express'
import { rateLimit as forFastify } from '@redstart/fastify'
import { rateLimit as forHono } from '@redstart/hono'
import { rateLimit as forKoa } from '@redstart/koa'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { portOf } from '../port-of.ts'

/** What an application of each framework answers with. */
const ANSWER = { ok: true }

/** With the limiter in front, or with nothing. Resolves with the port. */
export type Listen = (limiter: BenchLimiter | undefined) => Promise<number>
export type BenchLimiter = Redstart<SessionData, { readonly api: LimitPolicy }>

/** A limit that nobody reaches. */
export function limiterOf(url: string): BenchLimiter {
  return createRedstart({
    backend: redis(url),
    deadline: 5000,
    policies: { api: gcra({ rate: '1000000/1h', burst: 1_000_000 }) },
  })
}

/** By the framework's name. Whoever asks is told apart by a cookie. */
export const LISTEN: Readonly<Record<string, Listen>> = {
  async Express(limiter) {
    const app = express()
    app.disable('x-powered-by').disable('etag')
    if (limiter !== undefined)
      app.use(forExpress(limiter, { policies: 'api', key: (request) => request.headers.cookie }))
    app.get('/', (_request, response) => void response.json(ANSWER))
    return await portOf((ready) => app.listen(0, '127.0.0.1', ready))
  },
  async Fastify(limiter) {
    const app = Fastify({ keepAliveTimeout: 0 })
    if (limiter !== undefined)
      await app.register(forFastify, {
        redstart: limiter,
        policies: 'api',
        key: (request) => request.headers.cookie,
      })
    app.get('/', async () => ANSWER)
    return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
  },
  async Koa(limiter) {
    const app = new Koa()
    if (limiter !== undefined) app.use(forKoa(limiter, { policies: 'api', key: (context) => context.get('cookie') }))
    app.use((context) => {
      context.body = ANSWER
    })
    return await portOf((ready) => app.listen(0, '127.0.0.1', ready))
  },
  async Hono(limiter) {
    const app = new Hono()
    if (limiter !== undefined) app.use(forHono(limiter, { policies: 'api', key: (c) => c.req.header('cookie') }))
    app.get('/', (c) => c.json(ANSWER))
    return await new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
      if ('keepAliveTimeout' in server) server.keepAliveTimeout = 0
    })
  },
}
