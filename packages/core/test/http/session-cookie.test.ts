import { afterEach, describe, expect, it, vi } from 'vitest'
import { SessionCookieFormat, type SessionCookieOptions } from '../../src/http/session-cookie.ts'

const TLS = { secure: true, forwarded: undefined, howToTrust: 'trust it' }
const CLEAR = { ...TLS, secure: false }

afterEach(() => vi.unstubAllEnvs())

describe('the cookie of a session', () => {
  it.each<readonly [SessionCookieOptions, string, string]>([
    [{}, '__Host-sid', 'sid'],
    [{ path: '/app' }, '__Secure-sid', 'sid'],
    [{ domain: 'example.com' }, '__Secure-sid', 'sid'],
    [{ name: 'own' }, 'own', 'own'],
    [{ secure: true }, '__Host-sid', '__Host-sid'],
    [{ secure: false }, 'sid', 'sid'],
  ])('of %o is read under one name alone', (options, overTls, inClear) => {
    const format = new SessionCookieFormat(options)
    expect([format.nameOn(TLS), format.nameOn(CLEAR)]).toEqual([overTls, inClear])
  })

  it('is secure by itself in production', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(new SessionCookieFormat().nameOn(CLEAR)).toBe('__Host-sid')
    expect(new SessionCookieFormat({ secure: 'auto' }).nameOn(CLEAR)).toBe('sid')
  })

  it('is kept for whole seconds, never none, or until the browser is closed', () => {
    const format = new SessionCookieFormat()
    const set = (maxAge: number | undefined): string => format.header({ kind: 'set', value: 'v', maxAge }, TLS)
    expect(set(undefined)).toBe('__Host-sid=v; Path=/; HttpOnly; Secure; SameSite=Lax')
    expect(set(3_599_001)).toContain('; Max-Age=3600;')
    expect(set(1)).toContain('; Max-Age=1;')
  })

  it('is cleared as it was set', () => {
    const options = { name: 'own', path: '/app', domain: 'example.com', sameSite: 'none', partitioned: true } as const
    const format = new SessionCookieFormat(options)
    const attributes = 'Domain=example.com; Path=/app; HttpOnly; Secure; Partitioned; SameSite=None'
    expect(format.header({ kind: 'set', value: 'v', maxAge: undefined }, TLS)).toBe(`own=v; ${attributes}`)
    expect(format.header({ kind: 'clear' }, TLS).replace(/Expires=[^;]*; /, '')).toBe('own=; Max-Age=0; ' + attributes)
  })

  it('is told in parts to who sets cookies by these', () => {
    const format = new SessionCookieFormat({ sameSite: 'strict' })
    const base = { name: '__Host-sid', path: '/', httpOnly: true, secure: true, sameSite: 'strict' }
    expect(format.parts({ kind: 'set', value: 'v', maxAge: 1 }, TLS)).toEqual({ ...base, value: 'v', maxAge: 1 })
    expect(format.parts({ kind: 'clear' }, TLS)).toEqual({ ...base, value: '', maxAge: 0, expires: new Date(0) })
    expect(() => new SessionCookieFormat({ secure: true }).parts({ kind: 'clear' }, CLEAR)).toThrow(
      expect.objectContaining({ code: 'INSECURE_COOKIE' }),
    )
  })

  it('is partitioned where it is secure', () => {
    const format = new SessionCookieFormat({ partitioned: true })
    expect(format.header({ kind: 'clear' }, CLEAR)).not.toContain('Partitioned')
  })

  it.each([
    [undefined, 'no X-Forwarded-Proto came with it. Where a proxy ends TLS, have it send that header and trust it.'],
    ['https', 'X-Forwarded-Proto says https, but the proxy that sent it is not trusted: trust it.'],
    [' HTTPS, http', 'is not trusted: trust it.'],
    ['http', 'the client itself used plain HTTP, so redirect it to https.'],
    ['', 'the client itself used plain HTTP'],
  ])('that would be lost is an error that says what is missing: X-Forwarded-Proto: %s', (forwarded, text) => {
    const format = new SessionCookieFormat({ secure: true })
    for (const change of [{ kind: 'set', value: 'v', maxAge: undefined }, { kind: 'clear' }] as const)
      expect(() => format.header(change, { ...CLEAR, forwarded })).toThrow(
        expect.objectContaining({ code: 'INSECURE_COOKIE', message: expect.stringContaining(text) }),
      )
  })

  it.each<object | null>([
    null,
    { name: '' },
    { name: 'a b' },
    { name: '__Host-x', path: '/app' },
    { name: '__Secure-x', secure: false },
    { sameSite: 'none', secure: false },
    { sameSite: 'loose' },
    { secure: 1 },
    { partitioned: true, secure: false, name: '__Host-x' },
    { domain: 'a;b' },
    { httponly: true },
    { maxAge: 1 },
  ])('that no browser takes, or an option that is none, is an error at the start: %o', (options) => {
    // What callers without types pass.
    expect(() => new SessionCookieFormat(options as SessionCookieOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    )
  })
})
