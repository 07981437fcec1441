import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { redis } from '@redstart/core/redis'
import { expect, it } from 'vitest'

/** Whether the methods of strings are where V8 can inline them. */
function areFast(): unknown {
  setFlagsFromString('--allow-natives-syntax')
  try {
    return runInThisContext('%HasFastProperties(String.prototype)')
  } finally {
    setFlagsFromString('--no-allow-natives-syntax')
  }
}

it('leaves the methods of strings fast, whatever extends String', () => {
  // The client has been evaluated by now, which has such a class.
  redis('redis://127.0.0.1:1')
  expect(areFast()).toBe(true)
  const Another: unknown = runInThisContext('(class extends String {})')
  expect(Another).toBeTypeOf('function')
  expect(areFast()).toBe(true)
})
