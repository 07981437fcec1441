import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict'
import { objectIn, raw } from './client.ts'
import { type HttpAdapterTest, httpTest } from './http-test.ts'

export const connectionTests: readonly HttpAdapterTest[] = [
  httpTest('requests that are sent ahead are answered in their order', async ({ port, adapter }) => {
    const get = (name: string, last: string): string =>
      `GET /slow HTTP/1.1\r\nHost: app\r\nCookie: visitor=${name}\r\n${last}\r\n`
    const text = await raw(port, get('ada', '') + get('bob', '') + get('eve', 'Connection: close\r\n'))
    if (adapter.refuses?.includes('requests sent ahead')) return doesNotMatch(text, /of (?:bob|eve)/)
    deepEqual(
      [...text.matchAll(/^x-visitor: (\w+)/gim)].map(([, name]) => name),
      ['ada', 'bob', 'eve'],
    )
    deepEqual(
      [...text.matchAll(/^x-note: (.+?)\r$/gim)].map(([, note]) => note),
      ['of ada', 'of bob', 'of eve'],
    )
    deepEqual(
      [...text.matchAll(/\{"name":"(\w+)"\}/g)].map(([, name]) => name),
      ['ada', 'bob', 'eve'],
    )
  }),

  httpTest('a client that waits for 100 Continue gets it, and its answer', async ({ ask }) => {
    const headers = { cookie: 'visitor=ada', expect: '100-continue', 'content-type': 'text/plain' }
    const answer = await ask('/echo', { method: 'POST', headers, body: 'what was promised' })
    equal(JSON.parse(answer.body.toString()), 'what was promised')
    equal(answer.headers['x-visitor'], 'ada')
  }),

  httpTest('HTTP/1.0 without a host is answered whole', async ({ port, adapter }) => {
    const answer = await raw(port, 'GET /facts HTTP/1.0\r\nCookie: visitor=ada\r\n\r\n')
    if (adapter.refuses?.includes('requests without a host')) return doesNotMatch(answer, /^HTTP\/1\.[01] 200 /)
    match(answer, /^HTTP\/1\.[01] 200 /)
    match(answer, /\r\nx-visitor: ada\r\n/i)
    const facts = objectIn(answer.slice(answer.indexOf('\r\n\r\n')))
    equal(facts['host'], undefined)
    const events = await raw(port, 'GET /text HTTP/1.0\r\n\r\n')
    equal(events.slice(events.indexOf('\r\n\r\n') + 4).length, 5 * 1024 * 1024)
  }),
]
