import { setTimeout } from 'node:timers/promises'
import { RedstartError } from '@redstart/core'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import {
  anonymous,
  change,
  creation,
  HOUR,
  kindOf,
  make,
  NEVER,
  ofUser,
  randomWord,
  sealed,
} from './session-requests.ts'
import { type SessionTest, sessionTest } from './session-stores.ts'
import type { SessionStore } from './session-types.ts'

export const sessionCallTests: readonly SessionTest[] = [
  sessionTest('with hardly any time succeeds or says so, soon', async ({ store }) => {
    for (const timeout of [1, 1, 5]) {
      const outcomes = await Promise.race([
        Promise.all(calls(store, timeout).map(async (call) => await outcome(call))),
        setTimeout(3000, ['hung']),
      ])
      for (const each of outcomes) expect(['succeeded', 'STORE_TIMEOUT']).toContain(each)
    }
    // The store is none the worse for it.
    expect(await store.time(TIMEOUT)).toBeGreaterThan(0)
  }),
]

export const sessionClosingTests: readonly SessionTest[] = [
  sessionTest('rejects what comes later, and may be closed again', async ({ store, other }) => {
    const made = await make(other)
    expect(await kindOf(store, made)).toBe('loaded')
    await store.close()
    await store.close()
    for (const call of calls(store, TIMEOUT)) expect(await outcome(call)).toBe('CLOSED')
    expect(() => store.subscribe(() => {})).toThrow(RedstartError)
    expect(await kindOf(other, made)).toBe('loaded')
  }),

  sessionTest('was closed before it was ever used', async ({ store }) => {
    await store.close()
    for (const call of calls(store, TIMEOUT)) expect(await outcome(call)).toBe('CLOSED')
  }),

  sessionTest('settles the calls that were under way', async ({ store, open }) => {
    await store.time(TIMEOUT)
    for (const closing of [store, open()]) {
      const under = Promise.all(calls(closing, TIMEOUT).map(async (call) => await outcome(call)))
      await closing.close()
      const outcomes = await Promise.race([under, setTimeout(3000, ['hung'])])
      for (const each of outcomes) expect(['succeeded', 'CLOSED']).toContain(each)
    }
  }),
]

/** One call of each kind, begun. */
function calls(store: SessionStore, timeout: number): Promise<unknown>[] {
  const address = ofUser()
  const presented = { address, verifier: 'v', grace: HOUR }
  const until = NEVER
  return [
    store.time(timeout),
    store.create(creation({ address: anonymous() }), timeout),
    store.load({ ...presented, readOnly: false }, timeout),
    store.commit({ ...presented, changes: [change('a', sealed())], touch: true, until }, timeout),
    store.rotate({ ...presented, nextVerifier: 'next', next: sealed(), until }, timeout),
    store.end(presented, timeout),
    store.revoke({ addresses: [address, anonymous()] }, timeout),
    store.revokeAll({ tag: address.tag, durability: { replicas: 0, within: 1 } }, timeout),
    store.list(address.tag, timeout),
    store.admit({ client: randomWord(), limit: 1, window: 1000 }, timeout),
    store.note([{ kind: 'ended', sid: randomWord() }], timeout),
    store.statistics({ within: HOUR }, timeout),
  ]
}

/** The code of the error, or that there was none. */
async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'succeeded'
  } catch (error) {
    return RedstartError.is(error) ? error.code : `a foreign error: ${String(error)}`
  }
}
