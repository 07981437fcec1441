import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  acceptEncoding,
  acceptLanguage,
  type Normalisers,
  variantOf,
  varyNames,
} from '../../../src/http/caching/vary.ts'
import { anyText } from './any-text.ts'

function variant(headers: Readonly<Record<string, string>>, normalise: Normalisers = {}): string {
  return variantOf(Object.keys(headers).sort(), (name) => headers[name], normalise)
}

describe('the names in Vary', () => {
  it.each<[string | undefined, readonly string[] | '*']>([
    [undefined, []],
    ['', []],
    [' , ,', []],
    ['Accept-Encoding', ['accept-encoding']],
    ['Foo, BAR ,foo,\tbaz', ['bar', 'baz', 'foo']],
    ['X-09', ['x-09']],
    ['*', '*'],
    ['*, *', '*'],
    [', *', '*'],
    ['*, Foo', '*'],
    ['Foo, *', '*'],
    ['Accept Encoding', '*'],
    ['"Foo"', '*'],
    ['Foo; Bar', '*'],
    ['caf\u00e9', '*'],
  ])('of %j are %j', (value, names) => {
    expect(varyNames(value)).toEqual(names)
  })

  it('are tokens, each once, or all there are', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const names = varyNames(text)
        if (names === '*') return
        expect(names).toEqual([...new Set(names)].sort())
        for (const name of names) expect(() => new Headers([[name, '']])).not.toThrow()
      }),
    )
  })
})

describe('the variant of a request', () => {
  const parts = fc.constantFrom('', '1', ':', '=', '-', '3:foo', 'a')
  const values = fc.array(parts, { maxLength: 4 }).map((list) => list.join(''))
  const requests = fc.record({ foo: values, bar: values, 3: values }, { requiredKeys: [] })
  const names = fc.subarray(['3', 'bar', 'foo'])

  it('is another one for other names, values, and for an empty header that is not absent', () => {
    fc.assert(
      fc.property(fc.tuple(names, requests), fc.tuple(names, requests), (...both) => {
        const [one, other] = both.map(([asked, request]) => {
          const header = (name: string): string | undefined => new Map(Object.entries(request)).get(name)
          return {
            variant: variantOf(asked, header, {}),
            asked: JSON.stringify(asked.map((name) => [name, header(name) ?? null])),
          }
        })
        expect(one?.variant === other?.variant).toBe(one?.asked === other?.asked)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['foo', '1,2', ' 1, 2 '],
    ['foo', '1, 2', '1\t,2'],
    ['accept-language', 'en, de', 'de, en'],
    ['accept-language', 'en, de', 'eN, De'],
    ['accept-language', 'en, de', ' en ,   de'],
    ['accept-language', 'en;q=0.50,de', 'de;Q=1.000 , en ; q = 0.5'],
    ['accept-encoding', 'gzip, br', 'br,GZIP'],
    ['accept-charset', 'a,b', 'b,a'],
    ['accept', 'text/HTML, */*;q=0.1', 'text/html,*/*;q=0.1'],
  ])('is one where %s is %j and %j', (name, one, other) => {
    expect(variant({ [name]: one })).toBe(variant({ [name]: other }))
  })

  it.each([
    ['foo', '1,2', '2,1'],
    ['foo', 'a', 'A'],
    ['foo', 'a b', 'ab'],
    ['foo', '"a, b"', '"a,b"'],
    ['accept', 'text/html,text/plain', 'text/plain,text/html'],
    ['accept', 'a/b;c="D"', 'a/b;c="d"'],
    ['accept-language', 'en;q=0.5', 'en'],
    ['accept-language', 'en;q=0', 'en;q=x'],
    ['accept-language', 'en;level=1', 'en'],
    ['accept-language', 'en;q=0.5;x=1', 'en;q=0.5'],
    ['accept-encoding', 'gzip;q=0', 'gzip;q=0.001'],
    ['accept-encoding', 'gzip;q=2', 'gzip;q=0'],
  ])('is another where %s is %j or %j', (name, one, other) => {
    expect(variant({ [name]: one })).not.toBe(variant({ [name]: other }))
  })

  it('takes what a normaliser makes of a header, and of one that is absent', () => {
    const normalise: Normalisers = { foo: (value) => (value === undefined ? 'none' : value.slice(0, 1)) }
    expect(variant({ foo: 'abc' }, normalise)).toBe(variant({ foo: 'axy' }, normalise))
    expect(variantOf(['foo'], () => undefined, normalise)).toBe(variant({ foo: 'n' }, { foo: () => 'none' }))
  })

  it('looks for no normaliser among what all objects have', () => {
    expect(variant({ constructor: 'a' })).not.toBe(variant({ constructor: 'b' }))
    expect(variant({ 'to-string': 'a' })).not.toBe(variant({ 'to-string': 'b' }))
  })
})

describe('the class of Accept-Encoding', () => {
  const classOf = acceptEncoding(['br', 'zstd', 'gzip'])

  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, deflate', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['zstd, gzip', 'zstd'],
    ['x-gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['*', 'br'],
    ['br;q=0, *', 'zstd'],
    ['*;q=0', 'identity'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0, *', 'br'],
    ['gzip;q=0.0, *;q=0', 'identity'],
    ['br;q=0.1, gzip;q=0.2', 'gzip'],
    ['br;q=0.001', 'br'],
    ['br; q=1.0, gzip; q=1', 'br'],
    ['br;q=nonsense, gzip;q=0.1', 'gzip'],
    ['br;q=1.5, gzip', 'gzip'],
    ['br;q=-1, gzip', 'gzip'],
    ['identity', 'identity'],
    ['identity, gzip', 'gzip'],
    ['identity, gzip;q=0.5', 'identity'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['identity;q=0', 'identity'],
    ['deflate', 'identity'],
    ['br;q=0, br', 'identity'],
    ['"br"', 'identity'],
  ])('of %j is %s', (value, coding) => {
    expect(classOf(value)).toBe(coding)
  })

  it('is a coding that is offered and that the client reads', () => {
    const members = fc.tuple(
      fc.constantFrom('gzip', 'br', 'zstd', '*', 'identity'),
      fc.constantFrom('', ';q=0', ';q=0.5', ';q=1'),
    )
    fc.assert(
      fc.property(fc.uniqueArray(members, { selector: ([coding]) => coding }), (list) => {
        const coding = acceptEncoding(['gzip', 'br'])(list.map((member) => member.join('')).join())
        expect(['gzip', 'br', 'identity']).toContain(coding)
        if (coding === 'identity') return
        const found = list.find(([name]) => name === coding) ?? list.find(([name]) => name === '*')
        expect(found).toBeDefined()
        expect(found?.[1]).not.toBe(';q=0')
      }),
    )
  })
})

describe('the class of Accept-Language', () => {
  const classOf = acceptLanguage(['en', 'pt-BR', 'zh-Hant', 'de'])

  it.each([
    [undefined, '*'],
    ['', '*'],
    ['*', '*'],
    ['fr', '*'],
    ['en', 'en'],
    ['EN', 'en'],
    ['en-GB', 'en'],
    ['de-CH-1996, en', 'de'],
    ['pt', '*'],
    ['pt-br', 'pt-BR'],
    ['zh-Hant-TW', 'zh-Hant'],
    ['zh-Hant-x-private', 'zh-Hant'],
    ['zh', '*'],
    ['fr, de;q=0.5', 'de'],
    ['en;q=0.5, de', 'de'],
    ['de, en', 'de'],
    ['en, de', 'en'],
    ['fr;q=1, *;q=0.5', '*'],
    ['*, de;q=0.5', 'de'],
    ['en;q=0', '*'],
    ['en-GB, en;q=0, de;q=0.1', 'de'],
    ['en;q=0, de;q=0.1', 'de'],
    ['en-', 'en'],
    ['-en', '*'],
    ['--', '*'],
    ['-', '*'],
    ['a-b-c-en', '*'],
    ['x', '*'],
    [';;,=', '*'],
  ])('of %j is %s', (value, language) => {
    expect(classOf(value)).toBe(language)
  })

  it('does not take the square of what somebody sends', () => {
    const long = 'de-'.repeat(5000)
    const spaces = ' '.repeat(16_000)
    const begin = process.cpuUsage()
    for (let n = 0; n < 20; n++) {
      expect(classOf(`${long}x, en;q=0.1`)).toBe('en')
      expect(variant({ foo: `a${spaces}b${spaces}` })).toContain('a')
      expect(
        variant({ 'accept-language': `a;${spaces}b`, 'accept-encoding': `a${spaces};${spaces}q${spaces}=1` }),
      ).toContain('a')
    }
    // It takes some milliseconds; the square of it, seconds.
    expect(process.cpuUsage(begin).user / 1000).toBeLessThan(1000)
  })

  it('is one of those there are, whatever is asked for', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(['*', 'en', 'pt-BR', 'zh-Hant', 'de']).toContain(classOf(text))
        expect(['identity', 'br']).toContain(acceptEncoding(['br'])(text))
        expect(typeof variant({ accept: text, 'accept-language': text, foo: text })).toBe('string')
      }),
    )
  })
})
