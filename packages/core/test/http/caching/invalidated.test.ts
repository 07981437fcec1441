import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { invalidatedUris, isSafe } from '../../../src/http/caching/invalidated.ts'
import { fields } from './fields.ts'

const ORIGIN = 'https://example.com'

interface Case {
  readonly method?: string
  readonly target?: string
  readonly origin?: string
  readonly status?: number
  readonly location?: string
  readonly contentLocation?: string
}

function invalidated(of: Case): readonly string[] {
  const { method = 'POST', target = '/a/b?c=d', origin = ORIGIN, status = 200, location, contentLocation } = of
  const header = fields({
    ...(location !== undefined && { Location: location }),
    ...(contentLocation !== undefined && { 'Content-Location': contentLocation }),
  })
  return invalidatedUris({ method, origin, target }, { status, header })
}

describe('invalidatedUris', () => {
  it.each<[what: Case, uris: readonly string[]]>([
    ...['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'WHATEVER', 'get'].map(
      (method) => [{ method }, ['/a/b?c=d']] as [Case, readonly string[]],
    ),
    ...['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'].map(
      (method) => [{ method, location: '/x' }, []] as [Case, readonly string[]],
    ),
    // Only what has not failed.
    ...[200, 201, 204, 299, 301, 303, 399].map((status) => [{ status }, ['/a/b?c=d']] as [Case, readonly string[]]),
    ...[100, 199, 400, 404, 412, 500, 503].map(
      (status) => [{ status, location: '/x' }, []] as [Case, readonly string[]],
    ),
    // As clients resolve it.
    [{ location: '/x?y' }, ['/a/b?c=d', '/x?y']],
    [{ location: 'x' }, ['/a/b?c=d', '/a/x']],
    [{ location: '../x#here' }, ['/a/b?c=d', '/x']],
    [{ location: '?e=f' }, ['/a/b?c=d', '/a/b?e=f']],
    [{ location: '' }, ['/a/b?c=d']],
    [{ location: 'https://example.com/x' }, ['/a/b?c=d', '/x']],
    [{ location: 'HTTPS://EXAMPLE.com:443/X' }, ['/a/b?c=d', '/X']],
    [{ location: '//example.com/x' }, ['/a/b?c=d', '/x']],
    [{ location: '/x', contentLocation: '/y' }, ['/a/b?c=d', '/x', '/y']],
    [{ location: '/x', contentLocation: '/x' }, ['/a/b?c=d', '/x']],
    [{ contentLocation: '/a/b?c=d' }, ['/a/b?c=d']],
    // Of another origin: RFC 9111 4.4.
    [{ location: 'http://example.com/x' }, ['/a/b?c=d']],
    [{ location: 'https://example.com:444/x' }, ['/a/b?c=d']],
    [{ location: 'https://example.com.evil/x' }, ['/a/b?c=d']],
    [{ location: '//evil/x' }, ['/a/b?c=d']],
    [{ location: '\\\\evil/x' }, ['/a/b?c=d']],
    [{ location: 'javascript:x' }, ['/a/b?c=d']],
    [{ location: 'https://[' }, ['/a/b?c=d']],
    // The target as it was sent, nothing decoded.
    [{ target: '/a//%62/../c?' }, ['/a//%62/../c?']],
    [{ target: '//evil/x', location: '/y' }, ['//evil/x', '/y']],
    [{ target: '//evil/x', location: 'y' }, ['//evil/x', '//evil/y']],
    [{ target: 'https://example.com/a?b', location: 'c' }, ['/a?b', '/c']],
    [{ target: 'HTTPS://example.com/a' }, ['/a']],
    [{ target: 'http://example.com' }, ['/']],
    [{ target: '/a?b=http://c/d' }, ['/a?b=http://c/d']],
    [{ origin: 'http://a b', location: '/x' }, ['/a/b?c=d']],
    [{ origin: 'http://example.com:80', location: 'http://example.com/x' }, ['/a/b?c=d', '/x']],
  ])('of %j', (what, uris) => {
    expect(invalidated(what)).toEqual(uris)
  })

  it('throws for no text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(ORIGIN, 'http://a b', '', 'x'),
        fc.string(),
        fc.string(),
        (origin, target, location) => {
          expect(invalidated({ origin, target, location }).length).toBeGreaterThanOrEqual(1)
          for (const uri of invalidated({ target, location })) expect(uri.startsWith('/')).toBe(true)
        },
      ),
    )
  })
})

it('knows methods in their case', () => {
  expect(['GET', 'get', 'POST', ''].map(isSafe)).toEqual([true, false, false, false])
})
