import { describe, expect, it } from 'vitest'
import { freshened, freshenedByHead } from '../../../src/http/caching/freshen.ts'
import type { HeaderList } from '../../../src/http/exchange.ts'

describe('freshened', () => {
  it.each([
    'Test-Header',
    'X-Test-Header',
    'Content-Foo',
    'Cache-Control',
    'Content-Location',
    'Content-Security-Policy',
    'Clear-Site-Data',
    'Date',
    'Expires',
    'Last-Modified',
    'Vary',
    'X-Frame-Options',
  ])('takes %s from a 304', (name) => {
    expect(freshened([[name, 'before']], [[name.toLowerCase(), 'now']])).toEqual([[name.toLowerCase(), 'now']])
    expect(freshened([], [[name, 'now']])).toEqual([[name, 'now']])
  })

  it.each([
    'Content-Length',
    'Content-Encoding',
    'Content-Type',
    'Content-Range',
    'Content-MD5',
    'Content-Digest',
    'Repr-Digest',
    'Digest',
    'ETag',
    'Set-Cookie',
    'Connection',
    'Transfer-Encoding',
    'Age',
  ])('does not take %s from a 304', (name) => {
    expect(freshened([[name, 'before']], [[name.toLowerCase(), 'now']])).toEqual([[name, 'before']])
    expect(freshened([], [[name, 'now']])).toEqual([])
  })

  it('keeps what the 304 leaves out, and takes all of a name for all of it', () => {
    const stored: HeaderList = [
      ['Link', '</a>'],
      ['X-A', '1'],
      ['link', '</b>'],
      ['Date', 'then'],
    ]
    const fresh: HeaderList = [
      ['date', 'now'],
      ['Link', '</c>'],
      ['Link', '</d>'],
      ['X-B', '2'],
    ]
    expect(freshened(stored, fresh)).toEqual([['X-A', '1'], ...fresh])
    expect(freshened(stored, [])).toEqual(stored)
  })

  it('does not take what the 304 forbids to store', () => {
    const fresh: HeaderList = [
      ['Cache-Control', 'no-cache="x-a"'],
      ['X-A', '2'],
    ]
    expect(freshened([['X-A', '1']], fresh)).toEqual([
      ['X-A', '1'],
      ['Cache-Control', 'no-cache="x-a"'],
    ])
    expect(
      freshened(
        [],
        [
          ['CDN-Cache-Control', 'private="x-a"'],
          ['X-A', '2'],
        ],
        ['CDN-Cache-Control'],
      ),
    ).toHaveLength(1)
  })
})

describe('freshenedByHead', () => {
  const stored = {
    length: 10,
    headers: [
      ['ETag', '"a"'],
      ['Last-Modified', 'Sun, 06 Nov 1994 08:49:37 GMT'],
      ['Template-A', '1'],
    ],
  } as const

  it.each<[status: number, headers: HeaderList, verdict: 'same' | 'update' | 'gone']>([
    [200, [], 'same'],
    [
      200,
      [
        ['etag', '"a"'],
        ['content-length', '10'],
        ['template-a', '1'],
      ],
      'same',
    ],
    [200, [['Template-A', '1']], 'same'],
    [200, [['Template-A', '2']], 'update'],
    [
      200,
      [
        ['etag', '"a"'],
        ['Cache-Control', 'max-age=1000'],
      ],
      'update',
    ],
    [200, [['ETag', '"b"']], 'gone'],
    [200, [['ETag', 'W/"a"']], 'gone'],
    [200, [['Last-Modified', 'Sun, 06 Nov 1994 08:49:38 GMT']], 'gone'],
    [
      200,
      [
        ['ETag', '"a"'],
        ['Content-Length', '11'],
      ],
      'gone',
    ],
    [200, [['Content-Length', 'x']], 'gone'],
    [404, [], 'gone'],
    [410, [['ETag', '"a"']], 'gone'],
    [304, [['Template-A', '2']], 'same'],
    [500, [['ETag', '"b"']], 'same'],
    [401, [], 'same'],
    [
      200,
      [
        ['Set-Cookie', 'a=b'],
        ['Age', '5'],
      ],
      'same',
    ],
  ])('after a %d with %j', (status, headers, verdict) => {
    expect(freshenedByHead(stored, { status, headers })).toBe(verdict)
  })

  it('has nothing to compare where GET gave no validator', () => {
    const bare = { length: 2, headers: [] }
    expect(freshenedByHead(bare, { status: 200, headers: [['Content-Length', '2']] })).toBe('same')
    expect(freshenedByHead(bare, { status: 200, headers: [['ETag', '"a"']] })).toBe('gone')
  })
})
