import { afterAll, beforeAll, it } from 'vitest'
import { loadExpress } from '../../../express/test/express-app.ts'
import { sessionAdapter as onExpress } from '../../../express/test/session/adapter.ts'
import { loadFastify } from '../../../fastify/test/fastify-app.ts'
import { sessionAdapter as onFastify } from '../../../fastify/test/session/adapter.ts'
import { HONOS } from '../../../hono/test/node-adapter.ts'
import { sessionAdapter as onHono } from '../../../hono/test/session/adapter.ts'
import { loadKoa } from '../../../koa/test/koa-versions.ts'
import { sessionAdapter as onKoa } from '../../../koa/test/session/adapter.ts'
import { routeSessions as onNext } from '../../../next/test/session/session-adapter.ts'
import { type RedisServer, sessionRaceTests, startRedis } from '../../src/index.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

const adapters = [
  onExpress(await loadExpress('express')),
  onKoa(loadKoa('koa')),
  onFastify(loadFastify('fastify')),
  onHono(HONOS.hono),
  onNext,
]

for (const test of sessionRaceTests)
  it(`Express, Koa, Fastify, Hono and Next.js: ${test.name}`, async () => await test.run(adapters, server))
