import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { RedstartError } from '../src/errors.ts'

it('an error has the status that its code means, under both names, and shows neither', () => {
  const error = new RedstartError('NOT_SIGNED_IN', 'nobody is signed in')
  expect([error.status, error.statusCode]).toEqual([401, 401])
  expect(new RedstartError('INVALID_ARGUMENT', 'wrong').status).toBe(500)
  expect(Object.keys(error)).toEqual(['name', 'code'])
  expect(inspect(error)).not.toContain('401')
})

it('a framework may assign the status that it answers with, as Koa does', () => {
  const error = new RedstartError('STORE_UNAVAILABLE', 'no store')
  Object.assign(error, { status: 404, headerSent: true })
  expect([error.status, error.statusCode, error.code]).toEqual([404, 503, 'STORE_UNAVAILABLE'])
})
