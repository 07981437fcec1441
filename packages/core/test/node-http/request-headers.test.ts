import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHeaders } from '../../src/http/again/request-headers.ts'
import { rawHeadersAsCame } from '../../src/node-http/request-headers.ts'
import { type PlainExchange, raw, serve } from './served.ts'

const name = fc.constantFrom('If-None-Match', 'if-none-match', 'Range', 'X-A', 'x-a', 'Cookie', 'constructor')
const value = fc.constantFrom('a', '"b"', 'c=1', '')
const header = fc.tuple(name, value)
const change = fc.tuple(name, fc.option(value, { nil: undefined }))

async function changed(
  came: readonly (readonly [string, string])[],
  look: (exchange: PlainExchange, request: IncomingMessage) => void,
): Promise<void> {
  let failure: unknown
  const port = await serve((request, response, exchange) => {
    try {
      look(exchange, request)
    } catch (error) {
      failure = error
    }
    response.end()
  })
  const lines = came.map((pair) => `${pair.join(': ')}\r\n`).join('')
  await raw(port, `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines}\r\n`)
  if (failure !== undefined) throw failure
}

describe('the headers of a request', () => {
  it('say the same after every change, whatever form they are read in', async () => {
    const samples = fc.sample(fc.tuple(fc.array(header), fc.array(change), fc.boolean()), { numRuns: 60, seed: 7 })
    for (const [came, changes, isReadBefore] of samples)
      await changed(came, (exchange, request) => {
        const held = isReadBefore ? [request.headers, request.headersDistinct, request.rawHeaders] : undefined
        for (const [which, to] of changes) exchange.setRequestHeader(which, to)
        const { headers, distinct } = readHeaders(request.rawHeaders, false)
        expect({ ...request.headers }).toEqual({ ...headers })
        expect({ ...request.headersDistinct }).toEqual({ ...distinct })
        for (const [which] of changes) {
          const last = changes.filter(([one]) => one.toLowerCase() === which.toLowerCase()).at(-1)
          expect(exchange.header(which)).toBe(last?.[1])
        }
        if (held !== undefined) expect(held).toEqual([request.headers, request.headersDistinct, request.rawHeaders])
        expect(rawHeadersAsCame(request)).toEqual(['Host', 'a', 'Connection', 'close', ...came.flat()])
      })
  })

  it('are changed where they stand, by the name that they came with', async () => {
    await changed(
      [
        ['RANGE', 'a'],
        ['X-A', 'b'],
        ['range', 'c'],
      ],
      (exchange, { rawHeaders }) => {
        exchange.setRequestHeader('range', 'd')
        expect(rawHeaders.slice(4)).toEqual(['RANGE', 'd', 'X-A', 'b'])
      },
    )
  })

  it('are read as Node.js reads them', async () => {
    const samples = fc.sample(fc.array(header), { numRuns: 40, seed: 3 })
    for (const came of samples)
      await changed(came, (_, request) => {
        const { headers, distinct } = readHeaders(request.rawHeaders, false)
        expect({ ...headers }).toEqual({ ...request.headers })
        expect({ ...distinct }).toEqual({ ...request.headersDistinct })
      })
  })
})
