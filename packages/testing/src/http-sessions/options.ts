import { equal, match, ok, rejects } from 'node:assert/strict'
import { RedstartError } from '@redstart/core'
import type { SessionAppOptions } from './session-adapter.ts'
import { type SessionAdapterTest, sessionTest } from './session-test.ts'

export const optionTests: readonly SessionAdapterTest[] = [
  refusalTest({ secret: 'x' }, /\bsecret\b/),
  refusalTest({ resave: false }, /\bresave\b/),
  refusalTest({ load: 'lasy' }, /'eager' or 'lazy'/),
  refusalTest({ cookie: { maxAge: 1000 } }, /\bmaxAge\b/),
  refusalTest({ cookie: { httpOnly: false } }, /\bhttpOnly\b/),
  refusalTest({ cookie: { sameSite: 'loose' } }, /cookie/),
  refusalTest({ cookie: { secure: 'always' } }, /true, false or 'auto'/),
  refusalTest({ cookie: null }, /\bcookie\b/),
  refusalTest({ cookie: { name: '__Host-sid', domain: 'example.com' } }, /__Host-/),
  refusalTest({ cookie: { name: '__Host-sid', secure: false } }, /__Host-/),
  refusalTest({ cookie: { name: 'two words' } }, /cookie/),
  refusalTest({ cookie: { sameSite: 'none', secure: false } }, /SameSite/),
  refusalTest({ cookie: { domain: 'exam ple' } }, /cookie/),
  refusalTest({ cookie: { path: '/;' } }, /cookie/),
]

/** @param says what the error's text has, so that people find what to change. */
function refusalTest(wrong: object, says: RegExp): SessionAdapterTest {
  return sessionTest(`${JSON.stringify(wrong)} is refused`, async ({ start }) => {
    // What callers without types may pass.
    const options = wrong as Omit<SessionAppOptions, 'onError'>
    await rejects(start({ url: undefined, options }), (error) => {
      ok(RedstartError.is(error), String(error))
      equal(error.code, 'INVALID_ARGUMENT')
      match(error.message, says)
      return true
    })
  })
}
