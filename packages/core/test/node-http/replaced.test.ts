import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, createServer as createServer2 } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Settlement } from '../../src/http/index.ts'
import { ask, type Handle, keepAlive, listener, open, seen, type Seen, settled } from './served.ts'

interface Hiding {
  readonly port: number
  readonly hidden: Seen
  readonly handler: Handler
}

/** A handler whose second half comes when it is told. */
interface Handler {
  goOn(): void
  response: ServerResponse | undefined
}

const UNCHANGED = { status: 304, headers: [['etag', '"a"']], body: undefined } as const
const SHORTER = { status: 200, headers: [], body: 'shorter' } as const

/** Has a reply leave in the place of what the handler writes, which is captured. */
async function hiding(
  reply: typeof UNCHANGED | typeof SHORTER,
  settle: 'at once' | 'later' = 'at once',
): Promise<Hiding> {
  const hidden = seen()
  const { goOn, handle, handler } = halves()
  const port = await settled(
    [
      ({ target }): Settlement | Promise<Settlement> => {
        if (target === '/next') return undefined
        const settlement = { type: 'replace', reply, capture: hidden.capture } as const
        return settle === 'at once' ? settlement : new Promise((resolve) => setTimeout(() => resolve(settlement), 5))
      },
    ],
    handle,
  )
  return { port, hidden, handler: Object.assign(handler, { goOn }) }
}

function halves(): { goOn: () => void; handle: Handle; handler: Handler } {
  let goOn: () => void = () => {}
  const halfway = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const handler: Handler = { goOn, response: undefined }
  const handle: Handle = async (request, response) => {
    if (request.url === '/next') return response.end('next')
    handler.response = response
    response.write('first ')
    await halfway
    response.end('second')
  }
  return { goOn, handle, handler }
}

describe('a reply in the place of a handler that still writes', () => {
  it.each([
    ['a 304', UNCHANGED, 'at once', ''],
    ['a 304 that was waited for', UNCHANGED, 'later', ''],
    ['a body', SHORTER, 'at once', 'shorter'],
    ['a body that was waited for', SHORTER, 'later', 'shorter'],
  ] as const)('does not wait for it, on a connection that stays: %s', async (_, reply, settle, body) => {
    const { port, hidden, handler } = await hiding(reply, settle)
    const agent = keepAlive()
    const answer = await ask(port, { agent })
    expect([answer.status, answer.body]).toEqual([reply.status, body])
    expect([hidden.body, hidden.ends, handler.response?.headersSent]).toEqual(['first ', [], true])
    handler.goOn()
    await expect.poll(() => hidden.ends).toEqual(['finished'])
    expect(hidden.body).toBe('first second')
  })

  it.each([
    ['a 304', UNCHANGED, ''],
    ['a body', SHORTER, 'shorter'],
  ] as const)('waits for it where its client would go: %s', async (_, reply, body) => {
    const { port, hidden, handler } = await hiding(reply)
    const asked = ask(port)
    await expect.poll(() => hidden.body).toBe('first ')
    const { response } = handler
    expect([response?.headersSent, response?.writableEnded]).toEqual([true, false])
    expect(() => response?.setHeader('x-late', 'a')).toThrow('Cannot set headers after they are sent to the client')
    handler.goOn()
    const answer = await asked
    expect([answer.status, answer.body, answer.headers['x-late']]).toEqual([reply.status, body, undefined])
    expect([hidden.body, hidden.ends]).toEqual(['first second', ['finished']])
  })

  it('is aborted with it where the client goes', async () => {
    const { port, hidden, handler } = await hiding(SHORTER)
    const response = await open(port, { agent: keepAlive() })
    response.on('error', () => {}).destroy()
    await expect.poll(() => hidden.ends).toEqual(['aborted'])
    handler.goOn()
    await expect.poll(() => handler.response?.destroyed).toBe(true)
    expect([hidden.body, hidden.ends]).toEqual(['first ', ['aborted']])
  })

  it('is aborted with it where the handler breaks off', async () => {
    const { port, hidden, handler } = await hiding(UNCHANGED)
    const agent = keepAlive()
    expect((await ask(port, { agent })).status).toBe(304)
    handler.response?.destroy()
    await expect.poll(() => hidden.ends).toEqual(['aborted'])
  })

  it('has the next answer of the connection wait for it', async () => {
    const { port, hidden, handler } = await hiding(UNCHANGED)
    const agent = keepAlive()
    await ask(port, { agent })
    const next = ask(port, { agent, path: '/next' })
    handler.goOn()
    expect((await next).body).toBe('next')
    expect(hidden.ends).toEqual(['finished'])
  })

  it('of HTTP/2 waits for it', async () => {
    const hidden = seen()
    const { goOn, handle, handler } = halves()
    const settle = (): Settlement => ({ type: 'replace', reply: UNCHANGED, capture: hidden.capture })
    const client = await http2([settle], handle)
    const stream = client.request({ ':path': '/' })
    await expect.poll(() => hidden.body).toBe('first ')
    expect(handler.response?.headersSent).toBe(true)
    expect(() => handler.response?.setHeader('x-late', 'a')).toThrow('after they are sent')
    goOn()
    const [head] = (await once(stream, 'response')) as [Readonly<Record<string, unknown>>] // as Node.js documents it
    expect([head[':status'], head['x-late'], await text(stream)]).toEqual([304, undefined, ''])
    expect([hidden.body, hidden.ends]).toEqual(['first second', ['finished']])
  })
})

describe('a reply in the place of all that a handler wrote at once', () => {
  const whole: Handle = (_, response) => response.end('whole')

  it.each([UNCHANGED, SHORTER])('leaves before its capture is told: %j', async (reply) => {
    const hidden = seen()
    const port = await settled([() => ({ type: 'replace', reply, capture: hidden.capture })], whole)
    expect((await ask(port)).status).toBe(reply.status)
    expect([hidden.body, hidden.ends]).toEqual(['whole', ['finished']])
  })

  it('is what policies capture that settle later; those before it have what the handler wrote', async () => {
    const [before, hidden, later] = [seen(), seen(), seen()]
    const settles = [
      (): Settlement => ({ type: 'capture', capture: later.capture }),
      (): Settlement => ({ type: 'replace', reply: SHORTER, capture: hidden.capture }),
      (): Settlement => ({ type: 'capture', capture: before.capture }),
    ]
    expect((await ask(await settled(settles, whole))).body).toBe('shorter')
    expect([before, hidden, later].map(({ body, ends }) => [body, ...ends])).toEqual([
      ['whole', 'finished'],
      ['whole', 'finished'],
      ['shorter', 'finished'],
    ])
  })

  it('is taken for what it is by the next that replaces it', async () => {
    const [inner, outer] = [seen(), seen()]
    const settles = [
      (): Settlement => ({ type: 'replace', reply: UNCHANGED, capture: outer.capture }),
      (): Settlement => ({ type: 'replace', reply: SHORTER, capture: inner.capture }),
    ]
    expect((await ask(await settled(settles, whole))).status).toBe(304)
    expect([inner.body, inner.ends, outer.body, outer.ends]).toEqual(['whole', ['finished'], 'shorter', ['finished']])
  })

  it.each<[string, () => Settlement]>([
    ['replaces it as well', () => ({ type: 'replace', reply: SHORTER })],
    [
      'fails',
      () => {
        throw new Error('no')
      },
    ],
  ])('is captured by nobody where one that settles later %s', async (_, last) => {
    const hidden = seen()
    const settles = [last, (): Settlement => ({ type: 'replace', reply: UNCHANGED, capture: hidden.capture })]
    expect((await ask(await settled(settles, whole))).status).not.toBe(304)
    expect([hidden.body, hidden.ends]).toEqual(['', ['aborted']])
  })

  it('is captured by nobody where the handler wrote more than is held', async () => {
    const hidden = seen()
    const settle = async (): Promise<Settlement> => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return { type: 'replace', reply: UNCHANGED, capture: hidden.capture }
    }
    const port = await settled([settle], (_, response) => {
      for (let n = 0; n < 4; n++) response.write(Buffer.alloc(700 * 1024))
      response.end()
    })
    expect((await ask(port)).status).toBe(500)
    expect([hidden.body, hidden.ends]).toEqual(['', ['aborted']])
  })

  it.each([
    ['longer', '3'],
    ['shorter', '30'],
  ])('is not whole where the body is %s than its head said', async (_how, length) => {
    const hidden = seen()
    const port = await settled(
      [() => ({ type: 'replace', reply: UNCHANGED, capture: hidden.capture })],
      (_, response) => {
        response.setHeader('content-length', length)
        response.write('who')
        response.end('le')
      },
    )
    expect((await ask(port)).status).toBe(304)
    expect(hidden.ends).toEqual(['aborted'])
  })
})

/** A server of HTTP/2 whose requests and responses are served as those of HTTP/1, and a client of it. */
async function http2(settles: Parameters<typeof settled>[0], handle: Handle): Promise<ReturnType<typeof connect>> {
  const server = createServer2((request, response) => {
    // What both have in common is all that is used of it.
    void listener(settles, handle)(request as object as IncomingMessage, response as object as ServerResponse)
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
  return client
}
