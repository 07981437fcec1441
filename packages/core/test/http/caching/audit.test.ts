import { describe, expect, it } from 'vitest'
import { ALWAYS_HIDDEN, auditHeaders, HARMLESS, hiddenFrom, unkeyedOf } from '../../../src/http/caching/audit.ts'

type Headers = Record<string, string | string[] | undefined>

/** What a handler looks at, in order. */
function readBy(
  handler: (headers: Headers) => unknown,
  headers: Headers = { host: 'a', 'x-one': '1', 'x-two': '2' },
): string[] {
  const names: string[] = []
  handler(auditHeaders(headers, (name) => names.push(name)))
  return names
}

describe('what a handler looks at', () => {
  it.each<[string, (headers: Headers) => unknown, readonly string[]]>([
    ['nothing', () => 1, []],
    ['a header', (headers) => headers['x-one'], ['x-one']],
    ['one twice', (headers) => [headers['x-one'], headers['x-one']], ['x-one']],
    ['one that is absent', (headers) => headers['x-none'], ['x-none']],
    ['whether there is one', (headers) => 'x-none' in headers, ['x-none']],
    ['whether there is an own one', (headers) => Object.hasOwn(headers, 'x-one'), ['x-one']],
    ['two by destructuring', ({ 'x-one': one, 'x-two': two }) => [one, two], ['x-one', 'x-two']],
    ['all names', (headers) => Object.keys(headers), ['host', 'x-one', 'x-two']],
    ['a copy', (headers) => ({ ...headers }), ['host', 'x-one', 'x-two']],
    ['all as text', (headers) => JSON.stringify(headers), ['toJSON', 'host', 'x-one', 'x-two']],
    ['what all objects have', (headers) => headers['toString'], []],
    ['a symbol', (headers) => Symbol.iterator in headers, []],
  ])('is %s', (_, handler, names) => {
    expect(readBy(handler)).toEqual(names)
  })

  it('is also a header with the name of what all objects have, where one came', () => {
    const came: Headers = Object.fromEntries([['constructor', 'x']])
    expect(readBy((headers) => Reflect.get(headers, 'constructor'), came)).toEqual(['constructor'])
    expect(readBy((headers) => Reflect.get(headers, 'constructor'))).toEqual([])
  })

  it('is the values that came', () => {
    const headers: Headers = { 'x-one': '1', 'set-cookie': ['a', 'b'] }
    const audited = auditHeaders(headers, () => {})
    expect({ ...audited }).toEqual(headers)
    expect(audited['x-one']).toBe('1')
    expect(audited['x-none']).toBeUndefined()
  })

  it('is not what the application has written or taken away itself', () => {
    const headers: Headers = { 'x-one': '1' }
    const names = readBy((audited) => {
      audited['x-id'] = 'made'
      delete audited['x-one']
      return [audited['x-id'], audited['x-one'], audited['x-two']]
    }, headers)
    expect(names).toEqual(['x-two'])
    expect(headers).toEqual({ 'x-id': 'made' })
  })
})

describe('what is read and not in the key', () => {
  it('is sorted, without what is in the key and what is harmless', () => {
    const read = new Set(['x-two', 'host', 'accept', 'if-none-match', 'cookie', 'authorization'])
    expect(unkeyedOf(read, new Set(['accept']))).toEqual(['authorization', 'cookie', 'x-two'])
  })

  it('is nothing that a client decides by, among the harmless', () => {
    for (const name of [
      'cookie',
      'authorization',
      'origin',
      'referer',
      'user-agent',
      'accept',
      'x-forwarded-for',
      'x-forwarded-proto',
    ])
      expect(HARMLESS.has(name)).toBe(false)
    for (const name of ALWAYS_HIDDEN) expect(HARMLESS.has(name)).toBe(false)
  })
})

describe('what is hidden', () => {
  function hidden(host: string | undefined, headers: Readonly<Record<string, string>>): readonly string[] {
    return hiddenFrom({ host, header: (name) => headers[name] })
  }

  it('is of the headers that came those that say another host, target or method', () => {
    const headers = { host: 'a.example', 'x-original-url': '/admin', 'x-http-method-override': 'PUT', accept: '*/*' }
    expect(hidden('a.example', headers)).toEqual(['x-original-url', 'x-http-method-override'])
    expect(hidden('a.example', { host: 'a.example' })).toEqual([])
  })

  it('is the host that a proxy tells, but where the framework takes it from there', () => {
    const headers = { host: 'inner', 'x-forwarded-host': 'a.example', forwarded: 'host=a.example', 'x-host': 'b' }
    expect(hidden('inner', headers)).toEqual(['forwarded', 'x-forwarded-host', 'x-host'])
    expect(hidden('a.example', headers)).toEqual(['x-host'])
    expect(hidden(undefined, headers)).toEqual(['forwarded', 'x-forwarded-host', 'x-host'])
  })

  it('is never the scheme: whoever redirects to TLS would not find it', () => {
    expect(hidden('a.example', { host: 'a.example', 'x-forwarded-proto': 'https' })).toEqual([])
  })
})
