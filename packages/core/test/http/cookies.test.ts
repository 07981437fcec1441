import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuTimeOf } from '../cpu-time.ts'
import { cookieValues, parseCookies, serializeCookie, type SetCookie } from '../../src/http/cookies.ts'

describe('parseCookies', () => {
  it.each<[header: string | undefined, pairs: readonly (readonly [string, string])[]]>([
    [undefined, []],
    ['', []],
    ['a=1', [['a', '1']]],
    [
      'a=1; b=2;c=3',
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    ],
    ['  a \t=  1  ', [['a', '1']]],
    [
      'a=1; a=2; a=1',
      [
        ['a', '1'],
        ['a', '2'],
        ['a', '1'],
      ],
    ],
    ['a="quoted"', [['a', 'quoted']]],
    ['a="', []],
    ['a=""', [['a', '']]],
    ['a=', [['a', '']]],
    ['a=b=c', [['a', 'b=c']]],
    ['a=%41', [['a', '%41']]],
    [
      '__proto__=1; constructor=2; hasOwnProperty=3',
      [
        ['__proto__', '1'],
        ['constructor', '2'],
        ['hasOwnProperty', '3'],
      ],
    ],
    ['=1; nothing; ;; a=1', [['a', '1']]],
    ['a=1 2; b=1,2; c=1\\2; d=1"2; e=ü; f=\u0000; g=1', [['g', '1']]],
    ['a b=1; a,b=1; ü=1; "a"=1; (a)=1; c=1', [['c', '1']]],
  ])('reads %j', (header, pairs) => {
    expect(parseCookies(header).map(({ name, value }) => [name, value])).toEqual(pairs)
  })

  it('reads 180 pairs and no more', () => {
    const header = Array.from({ length: 400 }, (_, n) => `c${n}=${n}`).join('; ')
    const cookies = parseCookies(header)
    expect(cookies).toHaveLength(180)
    expect(cookies.at(-1)).toEqual({ name: 'c179', value: '179' })
    expect(parseCookies(`${';'.repeat(180)}a=1`)).toEqual([])
  })

  it('reads nothing of a header above 16 KiB', () => {
    const longest = `a=${'x'.repeat(16 * 1024 - 2)}`
    expect(parseCookies(longest)).toHaveLength(1)
    expect(parseCookies(`${longest}x`)).toEqual([])
  })

  it('gives the values of one name in their order', () => {
    expect(cookieValues('a=1; b=2; a=3; A=4', 'a')).toEqual(['1', '3'])
    expect(cookieValues(undefined, 'a')).toEqual([])
  })

  it('takes whatever it is given, and gives only what a cookie may hold', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), anyText(), cookieLike()), (header) => {
        const wrong = parseCookies(header).filter(
          ({ name, value }) => !/^[!#-'*+\-.0-9A-Z^-z|~]+$/.test(name) || !/^[!#-+\--:<-[\]-~]*$/.test(value),
        )
        expect(wrong).toEqual([])
      }),
    )
  })

  it('takes no longer for a header made to be slow', () => {
    const headers = ['=', ';', ' ', '\t', '"', 'a=" ', 'a =', '\\', 'a= \t'].map((one) =>
      one.repeat(16 * 1024).slice(0, 16 * 1024),
    )
    const taken = cpuTimeOf(() => {
      for (const header of headers) parseCookies(header)
    })
    expect(taken).toBeLessThan(500)
  })
})

function cookieLike(): fc.Arbitrary<string> {
  const part = fc.string({ unit: fc.constantFrom('a', 'B', '=', ';', ' ', '"', ',', '%', '\\', '\t', 'é') })
  return fc.array(part).map((parts) => parts.join('; '))
}

describe('serializeCookie', () => {
  it.each<[cookie: SetCookie, header: string]>([
    [{ name: 'a', value: '' }, 'a='],
    [{ name: 'a', value: 'x.y-z_1' }, 'a=x.y-z_1'],
    [{ name: 'a', value: '%20' }, 'a=%20'],
    [{ name: 'a', value: '1', maxAge: 0 }, 'a=1; Max-Age=0'],
    [{ name: 'a', value: '1', expires: new Date(0) }, 'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
    [
      { name: '__Host-sid', value: '1', path: '/', secure: true, httpOnly: true, sameSite: 'lax' },
      '__Host-sid=1; Path=/; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      { name: '__Secure-sid', value: '1', domain: 'example.com', path: '/shop', secure: true, sameSite: 'strict' },
      '__Secure-sid=1; Domain=example.com; Path=/shop; Secure; SameSite=Strict',
    ],
    [
      { name: 'a', value: '1', secure: true, sameSite: 'none', partitioned: true, priority: 'high' },
      'a=1; Secure; Partitioned; Priority=High; SameSite=None',
    ],
  ])('writes %j', (cookie, header) => {
    expect(serializeCookie(cookie)).toBe(header)
  })

  it.each<[why: string, cookie: SetCookie]>([
    ['no name', { name: '', value: '1' }],
    ['a name that is no token', { name: 'a b', value: '1' }],
    ['a name with a line break', { name: 'a\r\nx', value: '1' }],
    ['a semicolon', { name: 'a', value: '1; Domain=evil' }],
    ['a line break', { name: 'a', value: '1\r\nSet-Cookie: b=2' }],
    ['a quote', { name: 'a', value: '"' }],
    ['a letter of another alphabet', { name: 'a', value: 'ü' }],
    ['4097 bytes', { name: 'a', value: 'x'.repeat(4096) }],
    ['a path with a semicolon', { name: 'a', value: '1', path: '/; Domain=evil' }],
    ['a path with a line break', { name: 'a', value: '1', path: '/\n' }],
    ['a domain that is none', { name: 'a', value: '1', domain: 'a b' }],
    ['an age that is not whole', { name: 'a', value: '1', maxAge: 1.5 }],
    ['an age that is no number', { name: 'a', value: '1', maxAge: Number.NaN }],
    ['a date that is none', { name: 'a', value: '1', expires: new Date(Number.NaN) }],
    ['__Secure- without secure', { name: '__Secure-a', value: '1' }],
    ['__Host- without secure', { name: '__Host-a', value: '1', path: '/' }],
    ['__Host- without a path', { name: '__Host-a', value: '1', secure: true }],
    ['__Host- with another path', { name: '__Host-a', value: '1', secure: true, path: '/shop' }],
    ['__Host- with a domain', { name: '__Host-a', value: '1', secure: true, path: '/', domain: 'example.com' }],
    ['a prefix in other letters', { name: '__hOST-a', value: '1', secure: true }],
    ['SameSite=None without secure', { name: 'a', value: '1', sameSite: 'none' }],
    ['Partitioned without secure', { name: 'a', value: '1', partitioned: true }],
  ])('refuses %s', (_why, cookie) => {
    expect(() => serializeCookie(cookie)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })

  it('says no value in its errors', () => {
    const secret = 'top secret'
    expect(() => serializeCookie({ name: 'a', value: secret })).toThrow(expect.not.stringContaining(secret))
    try {
      serializeCookie({ name: 'a', value: secret })
    } catch (error) {
      expect(JSON.stringify(error) + String(error)).not.toContain(secret)
    }
  })

  it('is read back as it was, or refused', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        let header = ''
        try {
          header = serializeCookie({ name, value, path: '/', secure: true })
        } catch {
          return
        }
        expect(parseCookies(header.split('; ', 1)[0])).toEqual([{ name, value }])
      }),
    )
  })
})

/** Any code units, halves of pairs as well. */
function anyText(): fc.Arbitrary<string> {
  return fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) })
}
