import { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'
import type { RequestHandler, Response } from 'express'
import { describe, expect, it } from 'vitest'
import { EXPRESSES, listen, loadExpress } from './express-app.ts'
import { runPolicies } from '../src/index.ts'
import { rawRequest } from './raw-request.ts'
import { late, settling } from './settled-app.ts'

/** Every way to answer that Node.js and Express have; a held answer must be the same, byte for byte. */
const HANDLERS: Readonly<Record<string, (response: Response) => unknown>> = {
  'end()': (response) => response.end(),
  'end(null)': (response) => response.end(null),
  'end(string)': (response) => response.end('grüße'),
  'end(string, encoding)': (response) => response.end('grüße', 'latin1'),
  'end(string, encoding, callback)': (response) => response.end('68690a', 'hex', () => {}),
  'end(callback)': (response) => response.end(() => {}),
  'end(string, callback)': (response) => response.end('x', () => {}),
  'end(bytes)': (response) => response.end(new Uint8Array([104, 105])),
  'end twice': (response) => {
    response.end('first')
    response.end()
  },
  'write and end': (response) => {
    response.write('one')
    response.write(Buffer.from('two'))
    response.write('746872656565', 'hex')
    response.end('four')
  },
  "write('')": (response) => {
    response.write('')
    response.end()
  },
  'write and end, both with callbacks': (response) => {
    response.write('one', () => {})
    response.write('two', 'utf8', () => {})
    response.end(() => {})
  },
  'Content-Length before writes': (response) => {
    response.setHeader('Content-Length', 6)
    response.write('one')
    response.end('two')
  },
  'Transfer-Encoding by hand': (response) => {
    response.setHeader('Transfer-Encoding', 'chunked')
    response.end('one')
  },
  'writeHead(status)': (response) => response.writeHead(201).end('made'),
  'writeHead(status, message)': (response) => response.writeHead(404, 'Nothing Here').end(),
  'writeHead(status, headers)': (response) => {
    response.setHeader('X-A', 'before')
    response.writeHead(200, { 'X-A': 'after', 'X-B': 2, 'Set-Cookie': ['a=1', 'b=2'], 'Content-Length': 2 })
    response.end('ok')
  },
  'writeHead(status, message, headers)': (response) => response.writeHead(200, 'Fine', { 'X-A': '1' }).end('ok'),
  'writeHead(status, flat list)': (response) => {
    response.setHeader('X-A', 'before')
    response.writeHead(200, ['Set-Cookie', ['a=1', 'b=2'], 'X-A', 'after'])
    response.end('ok')
  },
  statusMessage: (response) => {
    response.statusMessage = 'Quite Fine'
    response.end('ok')
  },
  'status and header changed too late': (response) => {
    response.status(202).write('x')
    response.status(500)
    expect(() => response.setHeader('X-Late', '1')).toThrow('Cannot set headers after they are sent')
    expect(() => response.append('X-Late', '1')).toThrow('Cannot')
    expect(() => response.removeHeader('X-Powered-By')).toThrow('Cannot remove headers')
    expect(() => response.writeHead(501)).toThrow('Cannot write headers after they are sent')
    response.end('y')
  },
  flushHeaders: (response) => {
    response.flushHeaders()
    setTimeout(() => response.end('later'), 20)
  },
  'flushHeaders after write': (response) => {
    response.write('x')
    response.flushHeaders()
    response.end()
  },
  'cork and uncork': (response) => {
    response.cork()
    response.write('one')
    response.write('two')
    response.uncork()
    response.end()
  },
  trailers: (response) => {
    response.setHeader('Trailer', 'X-Sum')
    response.write('body')
    response.addTrailers({ 'X-Sum': '1' })
    response.end()
  },
  'early hints': (response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' })
    response.end('page')
  },
  'early hints when it is held': (response) => {
    response.writeProcessing()
    response.json({ a: 1 })
  },
  'send(string)': (response) => response.send('<p>hello'),
  'send(object)': (response) => response.send({ a: 1 }),
  'send(bytes)': (response) => response.send(Buffer.from('bytes')),
  json: (response) => response.status(400).json({ error: 'grüße' }),
  jsonp: (response) => response.jsonp([1]),
  redirect: (response) => response.redirect(303, '/there?a=1'),
  sendStatus: (response) => response.sendStatus(418),
  sendFile: (response) => response.sendFile(import.meta.filename),
  'sendFile of nothing': (response) => response.sendFile('/nowhere/at/all'),
  download: (response) => response.download(import.meta.filename, 'test.ts'),
  cookies: (response) => response.cookie('a', 'b c').clearCookie('d').send('x'),
  '204 with a body': (response) => response.status(204).end('no'),
  '304 with a body': (response) => response.status(304).end('no'),
  'a pipe': (response) => Readable.from(['one', 'two', 'three']).pipe(response),
  'a throw': () => {
    throw Object.assign(new Error('wrong'), { stack: 'wrong', status: 422, headers: { 'X-Why': 'that' } })
  },
}

const REQUESTS = [
  ['GET', '1.1'],
  ['HEAD', '1.1'],
  ['GET', '1.0'],
] as const
/** Node.js refuses them to others. */
const WITH_TRAILERS = [['GET', '1.1']] as const

const atOnce = settling((exchange) => {
  exchange.setHeader('x-settled', 'yes')
  return undefined
})

for (const name of EXPRESSES) {
  const express = await loadExpress(name)
  describe(`${name}: an answer that was held is the one that was not`, () => {
    it.each(Object.keys(HANDLERS))('%s', async (answer) => {
      const app = express()
      app.set('env', 'test')
      const handler: RequestHandler = (_request, response) => void HANDLERS[answer]?.(response)
      app.use('/plain', handler)
      app.use('/held', runPolicies([late]), handler)
      app.use('/at-once', runPolicies([atOnce]), handler)
      app.use('/twice', runPolicies([late]), runPolicies([atOnce, late]), handler)
      const { port, close } = await listen(app)
      try {
        for (const [method, version] of answer === 'trailers' ? WITH_TRAILERS : REQUESTS) {
          const plain = await rawRequest(port, method, '/plain', version)
          for (const path of ['/held', '/at-once', '/twice']) {
            const held = await rawRequest(port, method, path, version)
            expect(held.headers).toContain('x-settled: yes')
            const headers = held.headers.filter((line) => line !== 'x-settled: yes')
            expect({ path, method, ...held, headers }).toEqual({ path, method, ...plain })
          }
        }
      } finally {
        await close()
      }
    })
  })
}
