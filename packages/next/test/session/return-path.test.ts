import '../next-environment.ts'
import { describe, expect, it } from 'vitest'
import { returnPath } from '../../src/session/index.ts'

describe('a path to go back to', () => {
  it.each(['/', '/account', '/orders/7?a=1&b=%2F#line', '/a//b', '/%2F/evil.example', '/a/../b', '/@evil.example'])(
    'of this site is kept: %s',
    (path) => {
      expect(returnPath(path)).toBe(path)
    },
  )

  it.each([
    ['/menü?für=dich#ö', '/men%C3%BC?f%C3%BCr=dich#%C3%B6'],
    ['/中/%E4', '/%E4%B8%AD/%E4'],
    ['/😀', '/%F0%9F%98%80'],
    ['/x\u2028y\u00a0', '/x%E2%80%A8y%C2%A0'],
    ['/x\ud800y', '/x%EF%BF%BDy'],
    ['/／/evil.example', '/%EF%BC%8F/evil.example'],
    ['/＼evil.example', '/%EF%BC%BCevil.example'],
  ])('that no header can carry is encoded: %j', (path, encoded) => {
    expect(returnPath(path)).toBe(encoded)
    expect(new Headers({ location: returnPath(path) }).get('location')).toBe(encoded)
    expect(returnPath(encoded)).toBe(encoded)
  })

  it.each<unknown>([
    ...[
      '//evil.example',
      '///evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
      '/\n/evil.example',
    ],
    ...[
      'https://evil.example',
      'https:/evil.example',
      'javascript:alert(1)',
      'data:text/html,x',
      'account',
      '',
      '?a',
      '#a',
    ],
    ...[
      '/..//evil.example',
      '/a/..//evil.example',
      '/.//evil.example',
      '/%2e%2e//evil.example',
      '/a\\b',
      '/a b',
      '/\u0000',
      '/\u007f',
      '/\u0085',
    ],
    ...[
      `/${'a'.repeat(2048)}`,
      `/${'中'.repeat(300)}`,
      undefined,
      null,
      7,
      ['/account'],
      { toString: () => '/account' },
    ],
  ])('that leads elsewhere, or is none, is refused: %j', (given) => {
    expect([returnPath(given), returnPath(given, '/home')]).toEqual(['/', '/home'])
  })

  it.each(['/\t/evil.example', '/\\evil.example', '//evil.example', '/..//evil.example', '/a/%2e%2e//evil.example'])(
    'stays on this site as browsers resolve it: %j',
    (given) => {
      expect(new URL(returnPath(given), 'https://own.example/login').host).toBe('own.example')
      const twice = new URL(returnPath(given), 'https://own.example/login').pathname
      expect(new URL(twice, 'https://own.example/login').host).toBe('own.example')
    },
  )
})
