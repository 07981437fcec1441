import { once } from 'node:events'
import { createServer, type IncomingMessage, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRedstart } from '@redstart/core'
import { expect, it, onTestFinished } from 'vitest'
import { session, sessionOf } from '../../src/index.ts'

it('is there for a request that becomes a WebSocket, with what guides give in the place of a response', async () => {
  const redstart = createRedstart()
  onTestFinished(async () => await redstart.close())
  const { cookie } = await redstart.sessions.create({ userId: 'ada', data: { note: 'kept' } })
  const middleware = session(redstart)
  const server = createServer()
  const found: unknown[] = []
  server.on('upgrade', (request: IncomingMessage, socket) => {
    // Neither is what Express makes of them.
    middleware(request as never, {} as never, (error?: unknown) => {
      const { userId, note } = sessionOf<{ note: string }>(request as never)
      found.push(error, userId, note)
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo // It listens on a port.
  const headers = { connection: 'Upgrade', upgrade: 'test', cookie: `sid=${cookie.value}` }
  const client = ask({ port, host: '127.0.0.1', headers })
  client.end()
  const [, socket] = (await once(client, 'upgrade')) as [unknown, { destroy(): void }]
  socket.destroy()
  expect(found).toEqual([undefined, 'ada', 'kept'])
})
