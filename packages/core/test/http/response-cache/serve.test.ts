import { expect, it } from 'vitest'
import { PreparedAnswer } from '../../../src/http/response-cache/prepared.ts'
import { serveFresh } from '../../../src/http/response-cache/serve.ts'
import { asBuffer } from '../../../src/wire/text.ts'

/** As adapters want bytes. */
const BODY = asBuffer(new TextEncoder().encode('all of it'))

function answer(...more: (readonly [string, string])[]): PreparedAnswer {
  return new PreparedAnswer({
    ...{ kind: 'response', status: 200, requestedAt: 0, receivedAt: 0, initialAge: 0, fresh: 60_000 },
    ...{ staleWhileRevalidate: 0, staleIfError: 0, mustRevalidate: false, body: BODY },
    headers: [['content-type', 'text/plain'], ['etag', '"one"'], ['content-length', '1'], ...more],
  })
}

function asking(headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  return { method, header: (name: string) => headers[name] }
}

it('tells whoever asks within a second the same reply, with its length', () => {
  const page = answer()
  const first = serveFresh(asking(), page, 1100, 'Cache')
  expect(first).toEqual({
    status: 200,
    headers: [
      ['content-type', 'text/plain'],
      ['etag', '"one"'],
      ['content-length', '9'],
      ['age', '1'],
      ['cache-status', 'Cache; hit; ttl=58'],
    ],
    body: BODY,
    complete: true,
  })
  expect(serveFresh(asking({}, 'HEAD'), page, 1900, 'Cache')).toBe(first)
})

it.each([
  ['a second later', 2000, 'Cache', ['age', '2']],
  ['when its ttl is another by then', 1000, 'Cache', ['cache-status', 'Cache; hit; ttl=59']],
  ['for a cache of another name', 1100, 'Other', ['cache-status', 'Other; hit; ttl=58']],
] as const)('tells another reply %s', (_, age, name, header) => {
  const page = answer()
  serveFresh(asking(), page, 1100, 'Cache')
  expect(serveFresh(asking(), page, age, name).headers).toContainEqual(header)
})

it('tells who asks for less no more than that, and whoever comes next all of it', () => {
  const page = answer()
  const whole = serveFresh(asking(), page, 1100, 'Cache')
  expect(serveFresh(asking({ 'if-none-match': '"one"' }), page, 1100, 'Cache').status).toBe(304)
  const part = serveFresh(asking({ range: 'bytes=0-2' }), page, 1100, 'Cache')
  expect([part.status, part.body]).toEqual([206, BODY.subarray(0, 3)])
  expect(serveFresh(asking({ range: 'bytes=90-' }), page, 1100, 'Cache').status).toBe(416)
  expect(serveFresh(asking({ 'if-none-match': '"two"' }), page, 1100, 'Cache')).toEqual(whole)
  expect(serveFresh(asking(), page, 1100, 'Cache')).toEqual(whole)
})

it('has frameworks look at headers of which one comes twice', () => {
  const reply = serveFresh(asking(), answer(['link', '</a>'], ['link', '</b>']), 0, undefined)
  expect(reply.complete).toBe(false)
  expect(reply.headers.filter(([name]) => name === 'link')).toHaveLength(2)
})
