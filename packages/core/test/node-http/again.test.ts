import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer as createServer2 } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { again, askOf } from './asked-again.ts'
import { ask, type Handle, listen, PlainExchange, raw, serve } from './served.ts'

/** What an application can read of a request at once. */
function told(request: IncomingMessage): object {
  const { method, url, headers, headersDistinct, rawHeaders, httpVersion, complete, aborted, socket } = request
  const { remoteAddress, localAddress, localPort, remoteFamily, readable, writable, destroyed } = socket
  const connection = { remoteAddress, localAddress, localPort, remoteFamily, readable, writable, destroyed }
  return { method, url, headers, headersDistinct, rawHeaders, httpVersion, complete, aborted, connection }
}

const LINES = [
  ...[
    'Host: shop.example:8443',
    'X-A: 1',
    'x-a: 2',
    'Cookie: a=1',
    'Cookie: b=2',
    'User-Agent: one',
    'User-Agent: two',
  ],
  ...['Authorization: x', 'authorization: y', 'Set-Cookie: a=1', 'Set-Cookie: b=2', 'X-Latin: gr\u00fcn', 'X-Empty:'],
  ...['constructor: a', 'constructor: b', '__proto__: c', 'Connection: close'],
]

describe('a request that is answered once more', () => {
  it.each([{}, { joinDuplicateHeaders: true }])('is told as it came, with %j', async (options) => {
    const seen: object[] = []
    const own = new WeakSet()
    const port = await serve((request, response, exchange) => {
      seen.push(told(request))
      if (!own.has(request)) void askOf(exchange)((second) => void own.add(second))
      response.end()
    }, options)
    await raw(port, `REPORT //a/../b?q=%zz&q=1 HTTP/1.1\r\n${LINES.join('\r\n')}\r\n\r\n`)
    expect(seen).toHaveLength(2)
    expect(seen[1]).toEqual(seen[0])
  })

  it('has no body, and nothing that a policy changed', async () => {
    const seen: IncomingMessage[] = []
    const own = new WeakSet()
    const port = await serve((request, response, exchange) => {
      seen.push(request)
      response.end()
      if (own.has(request)) return
      exchange.setRequestHeader('X-A', undefined)
      exchange.setRequestHeader('X-B', 'b')
      void askOf(exchange)((second) => void own.add(second))
    })
    const lines = 'Host: a\r\nX-A: a\r\nContent-Length: 2\r\nContent-Type: text/plain\r\nConnection: close'
    await raw(port, `POST /a HTTP/1.1\r\n${lines}\r\n\r\nab`)
    expect(seen[1]?.headers).toEqual({ host: 'a', 'x-a': 'a', 'content-type': 'text/plain', connection: 'close' })
    expect(await seen[1]?.toArray()).toEqual([])
  })

  it('is another object, which is noted before it is served', async () => {
    const order: string[] = []
    const own = new WeakSet()
    let asked: object | undefined
    const port = await serve(async (request, response, exchange) => {
      order.push(own.has(request) ? 'served' : 'came')
      if (own.has(request)) return response.end()
      await askOf(exchange)((second) => {
        order.push('noted')
        asked = second
        own.add(second)
      })
      order.push('ended')
      expect(exchange.request).toBe(request)
      expect(asked).not.toBe(request)
      response.end()
    })
    await ask(port)
    expect(order).toEqual(['came', 'noted', 'served', 'ended'])
  })

  it('ends as others do', async () => {
    const events: string[] = []
    const { port, ended } = await again(async (request, response) => {
      request.on('end', () => events.push('request end')).on('close', () => events.push('request close'))
      for (const name of ['prefinish', 'finish', 'close']) response.on(name, () => events.push(name))
      await new Promise((resolve) => setImmediate(resolve))
      expect([request.complete, response.socket?.writable, response.headersSent]).toEqual([true, true, false])
      response.write('a')
      expect(response.headersSent).toBe(true)
      response.end('b', () => events.push('ended'))
      expect(response.writableEnded).toBe(true)
    })
    await ask(port)
    await ended
    await new Promise((resolve) => setImmediate(resolve))
    expect(events.filter((name) => !name.startsWith('request'))).toEqual(['prefinish', 'finish', 'ended', 'close'])
    expect(events.filter((name) => name.startsWith('request'))).toEqual(['request end', 'request close'])
  })

  it('goes on when the client of the first one has gone', async () => {
    const { port, ended } = await again(
      async (request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 30))
        expect([request.aborted, response.destroyed]).toEqual([false, false])
        response.end('b')
      },
      (_, response) => response.destroy(),
    )
    await expect(ask(port)).rejects.toThrow()
    await ended
  })

  it.each<[string, Handle]>([
    ['destroys the response', (_, response) => response.destroy(new Error('no'))],
    ['destroys the request', (request) => request.destroy(new Error('no'))],
    ['destroys the socket', (request) => request.socket.destroy()],
    ['ends the socket', (request) => request.socket.end()],
    ['does so in the middle', (_, response) => (response.write('a'), response.destroy())],
  ])('ends where a handler %s', async (_, handle) => {
    let closed = false
    const { port, ended } = await again((request, response, exchange) => {
      request.on('error', () => {})
      response.on('close', () => (closed = true))
      return handle(request, response, exchange)
    })
    await ask(port)
    await ended
    expect(closed).toBe(true)
  })

  it('ends where nobody but a handler that throws at once is there', async () => {
    const own = new WeakSet()
    let asked: Promise<void> | undefined
    const server = createServer((request, response) => {
      if (own.has(request)) throw new Error('at once')
      asked = askOf(new PlainExchange(request, response))((second) => void own.add(second))
      response.end()
    })
    const port = await listen(server)
    await ask(port)
    await asked
    expect(server.listenerCount('request')).toBe(1)
  })
})

describe('a server', () => {
  it('of HTTP/2 is asked by HTTP/1, with the host by its name', async () => {
    const seen: IncomingMessage[] = []
    const own = new WeakSet()
    let asked: Promise<void> | undefined
    const server = createServer2((request, response) => {
      // What both have in common is all that is used of it.
      const pair = [request as object as IncomingMessage, response as object as ServerResponse] as const
      seen.push(pair[0])
      if (!own.has(request)) asked = askOf(new PlainExchange(...pair))((second) => void own.add(second))
      response.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    // A server that listens on TCP has an address of this kind.
    const { port } = server.address() as AddressInfo
    const client = connect(`http://127.0.0.1:${port}`)
    onTestFinished(() => {
      client.destroy()
      server.close()
    })
    const stream = client.request({ ':path': '/a?b', 'x-a': 'a', cookie: 'a=1' })
    await once(stream.resume(), 'end')
    await asked
    const [, second] = seen
    expect(second?.headers).toEqual({ host: `127.0.0.1:${port}`, 'x-a': 'a', cookie: 'a=1' })
    expect([second?.url, second?.method, second?.httpVersion]).toEqual(['/a?b', 'GET', '1.1'])
    expect(second?.socket.remoteAddress).toBe('127.0.0.1')
  })

  it('that there is not is not asked', async () => {
    let askable: boolean | undefined
    const server = createServer((request, response) => {
      Object.assign(request.socket, { server: undefined })
      askable = new PlainExchange(request, response).again !== undefined
      response.end()
    })
    await ask(await listen(server))
    expect(askable).toBe(false)
  })

  it('whose connection is encrypted says so', async () => {
    const encrypted: unknown[] = []
    const own = new WeakSet()
    const port = await serve((request, response, exchange) => {
      if (own.has(request))
        encrypted.push(Reflect.get(request.socket, 'encrypted'), Reflect.get(request.socket, 'authorized'))
      else {
        Object.assign(request.socket, { encrypted: true, authorized: true })
        void askOf(exchange)((second) => void own.add(second))
      }
      response.end()
    })
    await ask(port)
    expect(encrypted).toEqual([true, true])
  })
})
