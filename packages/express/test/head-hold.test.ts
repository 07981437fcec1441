import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import express, { type Response } from 'express'
import { describe, expect, it } from 'vitest'
import { runPolicies } from '../src/index.ts'
import { rawRequest, valuesOf } from './raw-request.ts'
import { appOf, late, settling, withApp } from './settled-app.ts'

/** Runs a handler behind a policy that takes its time, and answers what the client got. */
async function held(
  handler: (response: Response) => void | Promise<void>,
  method = 'GET',
): ReturnType<typeof rawRequest> {
  const app = appOf([late], async (_request, response) => await handler(response))
  const answers: Awaited<ReturnType<typeof rawRequest>>[] = []
  await withApp(app, async (port) => void answers.push(await rawRequest(port, method)))
  const [answer] = answers
  if (answer === undefined) throw new Error('There was no answer')
  return answer
}

describe('while a head is held', () => {
  it('a handler sees that it has answered', async () => {
    const seen: boolean[] = []
    await held((response) => {
      seen.push(response.headersSent, response.writableEnded)
      response.write('x')
      seen.push(response.headersSent, response.writableEnded)
      response.end()
      seen.push(response.headersSent, response.writableEnded)
    })
    expect(seen).toEqual([false, false, true, false, true, true])
  })

  it('callbacks are called in their order, finish and close once', async () => {
    const calls: string[] = []
    await held(async (response) => {
      response.on('finish', () => calls.push('finish'))
      response.on('close', () => calls.push('close'))
      response.write('a', () => calls.push('first'))
      response.write('b', 'utf8', () => calls.push('second'))
      response.end('c', () => calls.push('end'))
      expect(calls).toEqual([])
      await once(response, 'close')
    })
    expect([...calls].sort()).toEqual(['close', 'end', 'finish', 'first', 'second'])
    expect(calls.indexOf('first')).toBeLessThan(calls.indexOf('second'))
    expect(calls.indexOf('second')).toBeLessThan(calls.indexOf('finish'))
    expect(calls.at(-1)).toBe('close')
  })

  it('streams know when it is over', async () => {
    const ends: string[] = []
    await held(async (response) => {
      const over = finished(response).then(() => ends.push('finished'))
      await pipeline(Readable.from(['a', 'b']), response)
      ends.push('piped')
      await over
    })
    expect(ends.sort()).toEqual(['finished', 'piped'])
  })

  it('write asks to wait when there is much, and drain comes', async () => {
    const answers: boolean[] = []
    const { body } = await held(async (response) => {
      answers.push(response.write('x'), response.write(Buffer.alloc(response.writableHighWaterMark, 'y')))
      await once(response, 'drain')
      response.end('z')
    })
    expect(answers).toEqual([true, false])
    expect(body).toContain('z')
  })

  it('drain comes from us where middleware in front takes all it gets', async () => {
    const app = express()
    app.use((_request, response, next) => {
      const pieces: string[] = []
      response.write = (chunk: string) => pieces.push(chunk) > 0
      const end = response.end.bind(response)
      response.end = () => end(pieces.join(''))
      next()
    })
    app.use(runPolicies([late]), async (_request, response) => {
      expect(response.write('x'.repeat(response.writableHighWaterMark))).toBe(false)
      await once(response, 'drain')
      response.write('y')
      response.end()
    })
    await withApp(app, async (port) => expect((await rawRequest(port, 'GET')).body).toContain('xy'))
  })

  it.each([
    ['null', null, 'ERR_STREAM_NULL_VALUES'],
    ['a number', 1, 'ERR_INVALID_ARG_TYPE'],
    ['an object', {}, 'ERR_INVALID_ARG_TYPE'],
    ['nothing', undefined, 'ERR_INVALID_ARG_TYPE'],
  ])('%s is refused at once, as Node.js does', async (_name, chunk, code) => {
    const answer = await held((response) => {
      expect(() => response.write(chunk)).toThrow(expect.objectContaining({ code }))
      expect(response.headersSent).toBe(false)
      response.write('x')
      expect(() => response.write(chunk)).toThrow(expect.objectContaining({ code }))
      response.end('fine')
    })
    expect(answer.body).toContain('fine')
  })

  it('an encoding that there is not is refused at once', async () => {
    const answer = await held((response) => {
      // Callers without types pass what they like.
      expect(() => response.write('x', 'klingon' as BufferEncoding)).toThrow('Unknown encoding: klingon')
      response.end('fine')
    })
    expect(answer.body).toBe('fine')
  })

  it('a status that there is not is refused at once', async () => {
    const answer = await held((response) => {
      response.statusCode = 99
      expect(() => response.end()).toThrow(expect.objectContaining({ code: 'ERR_HTTP_INVALID_STATUS_CODE' }))
      expect(() => response.writeHead(1000)).toThrow(expect.objectContaining({ code: 'ERR_HTTP_INVALID_STATUS_CODE' }))
      response.statusCode = 200
      response.end('fine')
    })
    expect(answer.body).toBe('fine')
  })

  it('a header that cannot be sent is refused at once', async () => {
    const answer = await held((response) => {
      expect(() => response.writeHead(200, { 'x-a': 'a\nb' })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_CHAR' }),
      )
      response.end('fine')
    })
    expect(answer.body).toBe('fine')
  })
})

describe('more than is held', () => {
  const limited = { heldBytes: 1000 }

  it('is a 500 with nothing of it', async () => {
    const calls: number[] = []
    const app = appOf(
      [late],
      (_request, response) => {
        response.setHeader('x-handler', 'yes')
        for (let n = 0; n < 100; n++) response.write('x'.repeat(100), () => calls.push(n))
        response.end(() => calls.push(100))
      },
      limited,
    )
    await withApp(app, async (port) => {
      const answer = await rawRequest(port, 'GET')
      expect(answer.status).toBe('HTTP/1.1 500 Internal Server Error')
      expect(answer.body).toBe('{"title":"Internal Server Error","status":500}')
      expect(valuesOf(answer, 'x-handler')).toEqual([])
      expect(valuesOf(answer, 'x-settled')).toEqual(['yes'])
      expect(calls).toHaveLength(101)
    })
  })

  it('is not one piece, however long it is, nor what waits for drain', async () => {
    const whole = Buffer.alloc(2_000_000, 'x')
    const app = appOf(
      [late],
      async (request, response) => {
        if (request.path === '/whole') return void response.end(whole)
        await pipeline(Readable.from([whole, whole]), response)
      },
      limited,
    )
    await withApp(app, async (port) => {
      expect((await rawRequest(port, 'GET', '/whole')).body).toHaveLength(2_000_000)
      expect((await rawRequest(port, 'GET', '/piped')).body.length).toBeGreaterThan(4_000_000)
    })
  })
})

describe('a client that goes while its head is held', () => {
  it('does no harm, and the policy settles all the same', async () => {
    let begun = 0
    let settled = 0
    let closed = 0
    const uses = [
      settling(async () => {
        await setTimeout(50)
        settled++
        return undefined
      }),
    ]
    const app = appOf(uses, (_request, response) => {
      begun++
      response.on('close', () => closed++)
      response.write('a')
      response.end('b')
    })
    await withApp(app, async (port) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.write('GET / HTTP/1.1\r\nHost: app\r\n\r\n')
      await expect.poll(() => begun, { interval: 2 }).toBe(1)
      socket.destroy()
      await expect.poll(() => [settled, closed]).toEqual([1, 1])
      expect((await rawRequest(port, 'GET')).body).toContain('b')
    })
  })

  it('when the handler destroys the answer, nothing is sent', async () => {
    const app = appOf([late], (_request, response) => {
      response.write('a')
      response.destroy()
    })
    await withApp(app, async (port) => {
      const answer = await rawRequest(port, 'GET').catch((error: unknown) => error)
      expect(answer instanceof Error || (answer as { status: string }).status === '').toBe(true)
    })
  })
})
