import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, matches, overlap, parsePattern, pathSegments } from '../../../src/http/rate-limit/route-pattern.ts'

function isOf(pattern: string, request: string): boolean {
  const [method = '', target = ''] = request.split(' ')
  return matches(parsePattern(pattern), method, pathSegments(target))
}

describe('a pattern', () => {
  it.each([
    ['/orders', 'GET /orders'],
    ['/orders', 'POST /orders/'],
    ['/orders/', 'POST /orders'],
    ['/orders', 'GET /orders?page=2'],
    ['/orders', 'GET /orders#a'],
    ['POST /orders', 'POST /orders'],
    ['GET|PUT /orders/:id', 'PUT /orders/42'],
    ['GET /orders/:id', 'HEAD /orders/42'],
    ['HEAD /orders/:id', 'GET /orders/42'],
    ['/orders/:id/dishes', 'GET /orders/4%2F2/dishes'],
    ['/orders/:id', 'GET /orders/%'],
    ['/api/*', 'GET /api'],
    ['/api/*', 'GET /api/'],
    ['/api/*', 'GET /api/a/b/c'],
    ['/*', 'GET /'],
    ['*', 'GET /a/b'],
    ['POST *', 'POST /'],
    ['/', 'GET /'],
    ['/', 'GET /?a'],
    ['/caf%C3%A9', 'GET /café'],
    ['/café', 'GET /caf%c3%a9'],
    // As no router takes them more generously.
    ['/orders', 'GET /ORDERS'],
    ['/Orders', 'GET /orders'],
    ['/orders', 'GET /%6Frders'],
    ['/orders', 'GET //orders'],
    ['/orders/:id', 'GET /orders//42'],
    ['/orders', 'GET http://shop.example/orders'],
  ])('%s is for %s', (pattern, request) => {
    expect(isOf(pattern, request)).toBe(true)
  })

  it.each([
    ['/orders', 'GET /orders/42'],
    ['/orders', 'GET /order'],
    ['/orders', 'GET /'],
    ['POST /orders', 'GET /orders'],
    ['GET /orders', 'OPTIONS /orders'],
    ['/orders/:id', 'GET /orders'],
    ['/orders/:id', 'GET /orders/'],
    ['/orders/:id', 'GET /orders/42/dishes'],
    ['/api/*', 'GET /apis'],
    ['/api/:version/*', 'GET /api'],
    ['/', 'GET /a'],
  ])('%s is not for %s', (pattern, request) => {
    expect(isOf(pattern, request)).toBe(false)
  })

  it.each([
    '',
    'orders',
    'POST',
    'POST orders',
    'post /orders',
    'FETCH /orders',
    'PSOT /orders',
    'GET| /orders',
    'GET,POST /orders',
    '/orders?page=2',
    '/orders#top',
    '/a b',
    '//',
    '/a//b',
    '/a/*/b',
    '/a*',
    '/a/:',
    '/a/:1',
    '/a/:id?',
    '/a/:id(\\d+)',
    '/a/{b}',
    '**',
    undefined,
    /orders/,
  ])('is not %j', (text) => {
    expect(() => parsePattern(text as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('that is misspelt is told what was meant', () => {
    expect(() => parsePattern('POTS /orders')).toThrow('did you mean POST?')
    expect(() => parsePattern('get /orders')).toThrow('did you mean GET?')
  })

  it('is the same as another one that matches the same', () => {
    const same = (one: string, other: string): boolean =>
      canonical(parsePattern(one)) === canonical(parsePattern(other))
    expect(same('/orders/:id', '/Orders/:name/')).toBe(true)
    expect(same('GET|PUT /a', 'PUT|HEAD|GET /a')).toBe(true)
    expect(same('*', '/*')).toBe(true)
    expect(same('/a/*', '/a')).toBe(false)
    expect(same('/a', 'GET /a')).toBe(false)
    expect(same('/a%2Fb', '/a/b')).toBe(false)
    expect(same('/:a', '/%3A')).toBe(false)
  })
})

it.each([
  ['/a', '/a', true],
  ['/a', 'GET /a', true],
  ['POST /a', 'GET|PUT /a', false],
  ['HEAD /a', 'GET /a', true],
  ['/a/:id', '/a/b', true],
  ['/a/:id', '/:name/b', true],
  ['/a/:id', '/b/:id', false],
  ['/a/:id', '/a', false],
  ['/a/*', '/a', true],
  ['/a/*', '/a/b/c', true],
  ['/a/b/*', '/a', false],
  ['/a/b/*', '/a/*', true],
  ['/a/*', '/b/*', false],
  ['*', 'POST /x', true],
])('%s and %s: some request matches both is %s', (one, other, expected) => {
  expect(overlap(parsePattern(one), parsePattern(other))).toBe(expected)
  expect(overlap(parsePattern(other), parsePattern(one))).toBe(expected)
})

it('whatever is asked for, nothing is thrown, and all of it is within *', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl({ withQueryParameters: true }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('/', '%', '2', 'F', '..', '?', 'http://') }),
      ),
      (target) => {
        expect(matches(parsePattern('*'), 'GET', pathSegments(target))).toBe(true)
        expect(pathSegments(target)).not.toContain('')
      },
    ),
  )
})
