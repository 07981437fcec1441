import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deceives, whyUncacheable } from '../../../src/http/caching/unsafe-target.ts'
import { anyText } from './any-text.ts'

describe('a target that others may take for another one', () => {
  it.each([
    '/',
    '/dishes',
    '//dishes//1',
    '/dishes/caf%C3%A9',
    '/group%2Fproject',
    '/100%25',
    '/a%2520b',
    '/a%20b+c',
    '/.well-known/x',
    '/a/...',
    '/a/.b/..c',
    '/~user/(x)/@me/$1/!',
    '/dishes?page=2',
    '/dishes?q=a;b',
    '/dishes?back=%2Faccount%3Fx%3D1%23y',
    '/dishes?text=one%0D%0Atwo',
    '/dishes?a=..%2f..',
    '/dishes?q=%E9',
    '/dishes?a?b',
  ])('is not %s', (target) => {
    expect(whyUncacheable(target)).toBeUndefined()
  })

  it.each([
    '',
    'dishes',
    '*',
    'https://a.example/dishes',
    '?a',
    '/%',
    '/%2',
    '/%zz',
    '/a?b=%',
    '/a?b=%u0041',
    '/a b',
    '/a\tb',
    '/a\u0000',
    '/a\u007f',
    '/a?b\r\nc',
    '/a#b',
    '/a?b#c',
    String.raw`/a\b`,
    '/%ff',
    '/%c0%af',
    '/%c0%ae%c0%ae/',
    '/caf%E9',
  ])('is malformed as in %j', (target) => {
    expect(whyUncacheable(target)).toBe('malformed')
  })

  it.each([
    ...[
      '/account;x.css',
      '/account%3bx.css',
      '/account%3Bx.css',
      '/account%00x.css',
      '/account%0ax.css',
      '/account%0D.css',
    ],
    ...[
      '/account%1f',
      '/account%7f',
      '/account%23x.css',
      '/account%3fx.css',
      '/account%3Fx.css',
      '/static%5c..%5caccount',
    ],
    ...['/a/../b', '/a/..', '/./a', '/a/.', '/static/..%2faccount', '/static/%2e%2e/account', '/static/.%2E/account'],
    ...['/static%2f..%2Faccount', '/static%2f%2e%2e%2faccount', '/account%2f..%2fstatic/x.css', '/%2e'],
    ...[
      '/account%253bx.css',
      '/account%2500.css',
      '/account%252523x.css',
      '/static/%252e%252e/account',
      '/a%252f..%252fb',
    ],
  ])('has a delimiter or dots in disguise as in %s', (target) => {
    expect(whyUncacheable(target)).toBe('encoded-delimiter')
  })

  it('is longer than 8192 characters', () => {
    expect(whyUncacheable(`/${'a'.repeat(8191)}`)).toBeUndefined()
    expect(whyUncacheable(`/${'a'.repeat(8192)}`)).toBe('too-long')
  })

  it('is anything that an escape could make into more or fewer segments', () => {
    const parts = fc.constantFrom(
      '/',
      'a',
      '.',
      '%2e',
      '%2F',
      '%2f',
      '%252e',
      ';',
      '%3B',
      '%00',
      '%25',
      '%41',
      '%c3%a9',
      '\\',
      '%5C',
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (list) => {
        const path = `/${list.join('')}`
        if (whyUncacheable(path) !== undefined) return
        const decoded = decodeURIComponent(path)
        expect(decoded.split('/').some((segment) => segment === '.' || segment === '..')).toBe(false)
        expect(decoded).not.toMatch(/[;?#\\\p{Cc}]/u)
      }),
      { numRuns: 1000 },
    )
  })

  it('is told of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(['malformed', 'encoded-delimiter', undefined]).toContain(whyUncacheable(`/${text}`))
      }),
    )
  })
})

describe('an answer that is not what its path looks like', () => {
  const html = 'text/html; charset=utf-8'

  it.each([
    // "Web Cache Deception Attack" (Gil): what does not exist, behind a page that answers nonetheless.
    ...[
      '/home.php/nonexistent.css',
      '/account/x.js',
      '/account/x.png',
      '/account/photo.jpg',
      '/myaccount/home/attack.css',
    ],
    // "Cached and Confused" (Mirheidari and others): the same behind other delimiters.
    ...['/account.php%0Anonexistent.css', '/account.php%3Bnonexistent.css', '/account.php%23nonexistent.css'],
    ...['/account.php%3Fname=valnonexistent.css', '/account.php;nonexistent.css'],
    // "Gotta cache 'em all" (PortSwigger): delimiters of frameworks, case, and what is normalised away.
    ...['/account$x.css', '/account!x.woff2', '/account%00x.ico', '/account;.css', '/account.CSS', '/account/x%2ecss'],
    ...['/account/x.css/', '/account/x.avif%2f', '/account/..%2fx.svg', '/account.pdf', '/account.mp4', '/account.zip'],
    ...['/robots.txt', '/sitemap.xml', '/export.csv', '/app.js.map'],
  ])('is HTML at %s', (path) => {
    expect(deceives(path, undefined, html)).toBe(true)
    expect(deceives(path, '/account/*', 'TEXT/HTML')).toBe(true)
    expect(deceives(path, '/*path', undefined)).toBe(true)
  })

  it.each([
    ['/me/x.css', 'application/json'],
    ['/me/x.css', 'application/problem+json; charset=utf-8'],
    ['/me/x.js', 'application/json'],
    ['/me/x.png', 'text/plain'],
    ['/me/x.png', 'application/xml'],
    ['/me/x.svg', 'application/xml'],
    ['/me/x.css', 'application/xhtml+xml'],
    ['/me/x.xml', 'application/xhtml+xml'],
    ['/me/x.txt', 'application/json'],
    ['/me/x.csv', 'application/json'],
    ['/me/x.css', ''],
    ['/me/x.css', ' text/html ;charset=utf-8'],
    ['/me/x.7z', 'text/html'],
    ['/me/x.mp3', 'text/html'],
  ])('is, at %s, %s', (path, type) => {
    expect(deceives(path, undefined, type)).toBe(true)
  })

  it.each([
    ['/dishes', html],
    ['/', html],
    ['/dishes.html', html],
    ['/dishes.json', 'application/json'],
    ['/v1.2', html],
    ['/users/a.b', 'application/json'],
    ['/style.css/edit', html],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/app.js', 'text/javascript'],
    ['/app.mjs', 'application/javascript'],
    ['/logo.svg', 'image/svg+xml'],
    ['/logo.png', 'image/webp'],
    ['/font.woff2', 'application/octet-stream'],
    ['/sitemap.xml', 'application/xml'],
    ['/sitemap.xml', 'text/xml; charset=utf-8'],
    ['/feed.rss', 'application/rss+xml'],
    ['/feed.atom', 'application/atom+xml'],
    ['/robots.txt', 'text/plain'],
    ['/export.csv', 'text/csv'],
    ['/export.csv', 'text/plain'],
    ['/app.js.map', 'application/json'],
    ['/app.webmanifest', 'application/manifest+json'],
    ['/guide.pdf', 'application/pdf'],
  ])('is none at %s of type %s', (path, type) => {
    expect(deceives(path, undefined, type)).toBe(false)
  })

  it('is meant where the route says the extension itself', () => {
    expect(deceives('/badge.svg', '/badge.svg', html)).toBe(false)
    expect(deceives('/badge.SVG', '/:name.svg', html)).toBe(false)
    expect(deceives('/badge.svg', '/BADGE.SVG', html)).toBe(false)
    expect(deceives('/badge.svg', '/:name', html)).toBe(true)
    expect(deceives('/badge.svg', '/:name.:extension', html)).toBe(true)
    expect(deceives('/badge.js', '/:name.mjs', html)).toBe(true)
  })
})
