import { expect, it } from 'vitest'
import { markPrivate, privateReason } from '../../../src/http/caching/private-mark.ts'

it('keeps the first reason why a request is private, and no other request is', () => {
  const [request, other] = [{}, {}]
  expect(privateReason(request)).toBeUndefined()
  markPrivate(request, 'session')
  markPrivate(request, 'user')
  expect(privateReason(request)).toBe('session')
  expect(privateReason(other)).toBeUndefined()
})
