import { describe, expect, it } from 'vitest'
import { refusalReply } from '../../../src/http/rate-limit/refusal.ts'
import { wantsPage } from '../../../src/http/rate-limit/refusal-page.ts'

describe('a page is', () => {
  it.each([
    // Chromium, Firefox and Safari, going somewhere or sending a form.
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Text/HTML',
    'application/json;q=0.5, text/html;q=0.9',
  ])('what %s asks for', (accept) => expect(wantsPage(accept)).toBe(true))

  it.each([
    undefined,
    '',
    '*/*',
    'application/json',
    'application/problem+json, text/html;q=0.5',
    'text/html, application/json',
    'text/html;q=0',
    'text/html;q=much',
    'text/htmlx',
    'text/plain, */*;q=0.1',
  ])('not what %s asks for', (accept) => expect(wantsPage(accept)).toBe(false))
})

it.each([
  ['quota', 42_000, 429, 'Try again in 42 seconds.'],
  ['blocked', 900, 429, 'Try again in 1 second.'],
  ['unsatisfiable', undefined, 429, undefined],
  ['unavailable', 1000, 503, 'Try again in 1 second.'],
] as const)('who is refused for %s is told so in words', (reason, retryAfterMs, status, advice) => {
  const refusal = { reason, violated: ['<api>'], retryAfterMs }
  const reply = refusalReply(refusal, 0, 'text/html,*/*;q=0.8')
  const headers = Object.fromEntries(reply.headers)
  const data = refusalReply(refusal, 0)
  expect(reply.status).toBe(status)
  // Nothing but the type is another one.
  expect(headers).toEqual({ ...Object.fromEntries(data.headers), 'content-type': 'text/html; charset=utf-8' })
  const body = String(reply.body)
  expect(body).toMatch(/^<!doctype html>.*<h1>[^<]+<\/h1>/)
  expect(body).not.toContain('api')
  if (advice === undefined) expect(body).not.toContain('Try again')
  else expect(body).toContain(advice)
})
