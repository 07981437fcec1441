import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { loadExpress } from '../../../../express/test/express-app.ts'
import { sessionAdapter } from '../../../../express/test/session/adapter.ts'
import { Browser } from '../../../src/http-sessions/browser.ts'
import { raceToWrite } from '../../../src/http-sessions/race-app.ts'
import { KEY } from '../../../src/http-sessions/session-test.ts'
import { type RedisServer, startRedis } from '../../../src/index.ts'
import { bundle, type Program } from './bundle.ts'
import { serve, type ServeOrders } from './serve.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 50 })
let server: RedisServer
let program: Program
beforeAll(async () => {
  server = await startRedis()
  program = await bundle('koa.child.ts', 'packages/koa')
})
afterAll(async () => {
  agent.destroy()
  await program?.remove()
  await server?.stop()
})

it('this process with Express and one with Koa write to one session at the same time, and nothing is lost', async () => {
  const orders: ServeOrders = { url: server.url, app: `app-${randomUUID()}`, keys: KEY }
  const express = await serve(sessionAdapter(await loadExpress('express')), orders)
  onTestFinished(async () => await express.close())
  const koa = await portOf(program.file, orders)
  const user = new Browser(express.port, agent)
  expect((await user.post('/login?user=ada')).status).toBe(302)
  await raceToWrite([user, new Browser(koa, agent, user.jar)])
})

/** Starts a process that ends with the test; it says its port when it listens. */
async function portOf(file: string, orders: ServeOrders): Promise<number> {
  const child = fork(file, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const signal = AbortSignal.timeout(50_000)
  await once(child, 'message', { signal })
  child.send(orders)
  // What our own child tells.
  const [{ port }] = (await once(child, 'message', { signal })) as [{ readonly port: number }]
  return port
}
