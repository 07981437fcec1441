import { describe, expect, it } from 'vitest'
import { type ErrorCode, RedstartError } from '../../src/errors.ts'
import { problemOf, problemReply } from '../../src/http/problem.ts'
import type { Reply } from '../../src/http/exchange.ts'

function bodyOf({ body }: Reply): unknown {
  return JSON.parse(String(body))
}

describe('problemReply', () => {
  it('says the status in its own words', () => {
    const reply = problemReply({ status: 429, code: 'LIMITED', retryAfter: 3, detail: 'Wait a little.' })
    expect(reply.status).toBe(429)
    expect(reply.headers).toEqual([
      ['content-type', 'application/problem+json'],
      ['cache-control', 'no-store'],
      ['retry-after', '3'],
    ])
    expect(bodyOf(reply)).toEqual({
      title: 'Too Many Requests',
      status: 429,
      detail: 'Wait a little.',
      code: 'LIMITED',
    })
  })

  it('leaves out what it was not given', () => {
    expect(bodyOf(problemReply({ status: 403 }))).toEqual({ title: 'Forbidden', status: 403 })
    expect(problemReply({ status: 403 }).headers).toHaveLength(2)
    expect(bodyOf(problemReply({ status: 418, title: 'A teapot' }))).toEqual({ title: 'A teapot', status: 418 })
    expect(bodyOf(problemReply({ status: 418 }))).toMatchObject({ title: 'Bad Request' })
    expect(bodyOf(problemReply({ status: 599 }))).toMatchObject({ title: 'Internal Server Error' })
  })
})

describe('problemOf', () => {
  const secret = 'redis://user:password@10.0.0.1'

  it.each<ErrorCode>(['STORE_TIMEOUT', 'STORE_UNAVAILABLE', 'STORE_FAILED', 'NOT_REACHED', 'CLOSED'])(
    '%s is a 503 to be tried again',
    (code) => {
      const reply = problemOf(new RedstartError(code, secret, { cause: new Error(secret) }))
      expect(reply.headers).toContainEqual(['retry-after', '1'])
      expect(bodyOf(reply)).toEqual({ title: 'Service Unavailable', status: 503, code })
    },
  )

  it.each<ErrorCode>(['INVALID_ARGUMENT', 'INVALID_CONFIG', 'UNSUPPORTED_VALUE', 'VALUE_TOO_LARGE'])(
    '%s is a 500: the application is wrong, not the client',
    (code) => {
      const reply = problemOf(new RedstartError(code, secret))
      expect(bodyOf(reply)).toEqual({ title: 'Internal Server Error', status: 500, code })
      expect(JSON.stringify(reply)).not.toContain('password')
    },
  )

  it.each([
    new Error(secret),
    Object.assign(new Error(secret), { code: secret, status: 404 }),
    secret,
    null,
    undefined,
    {},
  ])('says nothing of what is not ours: %#', (error) => {
    const reply = problemOf(error)
    expect(bodyOf(reply)).toEqual({ title: 'Internal Server Error', status: 500 })
    expect(JSON.stringify(reply)).not.toContain('password')
  })
})
