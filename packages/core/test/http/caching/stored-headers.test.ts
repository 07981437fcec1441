import { expect, it } from 'vitest'
import { storedHeaders } from '../../../src/http/caching/stored-headers.ts'
import type { HeaderList } from '../../../src/http/exchange.ts'

function left(headers: HeaderList, targets: readonly string[] = []): readonly string[] {
  return storedHeaders(headers, targets).map(([name, value]) => `${name}: ${value}`)
}

it.each([
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authentication-Info',
  'Proxy-Authorization',
  'Proxy-Connection',
  'Proxy-Status',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Set-Cookie',
  'Server-Timing',
  'X-Request-Id',
  'X-Correlation-ID',
  'traceparent',
  'tracestate',
  'traceresponse',
  'RateLimit',
  'RateLimit-Policy',
  'RateLimit-Remaining',
  'X-RateLimit-Remaining',
  'X-Rate-Limit-Reset',
  'Age',
  'Cache-Status',
])('does not store %s, in any case', (name) => {
  const others: HeaderList = [
    ['a', '1'],
    ['b', '2'],
  ]
  for (const written of [name, name.toLowerCase(), name.toUpperCase()])
    expect(storedHeaders([others[0] ?? ['', ''], [written, 'x'], others[1] ?? ['', '']])).toEqual(others)
})

it.each([
  'Date',
  'Cache-Control',
  'Content-Encoding',
  'Content-Length',
  'Content-Type',
  'Content-Security-Policy',
  'ETag',
  'Expires',
  'Last-Modified',
  'Link',
  'Location',
  'Retry-After',
  'Vary',
  'Warning',
  'X-Frame-Options',
  'X-Proxy-Y',
])('stores %s', (name) => {
  expect(storedHeaders([[name, 'x']])).toEqual([[name, 'x']])
})

it('keeps the order, and what is there several times', () => {
  const headers: HeaderList = [
    ['Link', '</a>'],
    ['set-cookie', 'a=b'],
    ['X-A', '1'],
    ['link', '</b>'],
    ['Set-Cookie', 'c=d'],
    ['X-A', '1'],
  ]
  expect(left(headers)).toEqual(['Link: </a>', 'X-A: 1', 'link: </b>', 'X-A: 1'])
})

it('does not store what Connection lists, on any of its lines', () => {
  const headers: HeaderList = [
    ['Connection', 'a, B'],
    ['connection', 'close,c'],
    ['A', '1'],
    ['b', '2'],
    ['C', '3'],
    ['d', '4'],
  ]
  expect(left(headers)).toEqual(['d: 4'])
})

it('does not store the fields that no-cache and private list', () => {
  const others: HeaderList = [
    ['A', '1'],
    ['b', '2'],
    ['C', '3'],
  ]
  const saying = (value: string): HeaderList => [['Cache-Control', value], ...others]
  expect(left(saying('max-age=1, no-cache="a, b"'))).toEqual(['Cache-Control: max-age=1, no-cache="a, b"', 'C: 3'])
  expect(left(saying('private="c"'))).toEqual(['Cache-Control: private="c"', 'A: 1', 'b: 2'])
  expect(left([['Cache-Control', 'no-cache="a"'], ['Cache-Control', 'private="B"'], ...others])).toEqual([
    'Cache-Control: no-cache="a"',
    'Cache-Control: private="B"',
    'C: 3',
  ])
  expect(left(saying('no-cache, max-age=1'))).toHaveLength(4)
})

it('goes by the targeted field, where there is one', () => {
  const headers: HeaderList = [
    ['Cache-Control', 'private="a"'],
    ['CDN-Cache-Control', 'private="b"'],
    ['a', '1'],
    ['b', '2'],
  ]
  expect(left(headers, ['CDN-Cache-Control'])).not.toContain('b: 2')
  expect(left(headers, ['CDN-Cache-Control'])).toContain('a: 1')
  expect(left(headers)).not.toContain('a: 1')
})
