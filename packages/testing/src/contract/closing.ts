import { setTimeout } from 'node:timers/promises'
import { type CacheStore, glob, RedstartError } from '@redstart/core'
import { expect } from 'vitest'
import { type ContractTest, contractTest } from './contract-test.ts'
import { ask, bytesAt, entry, hard, question, randomGeneration, TIMEOUT } from './requests.ts'

export const callTests: readonly ContractTest[] = [
  contractTest('with hardly any time succeeds or says so, soon', async ({ store }) => {
    for (const timeout of [1, 1, 5]) {
      const outcomes = await Promise.race([
        Promise.all(calls(store, timeout).map(async (call) => await outcome(call))),
        setTimeout(3000, ['hung']),
      ])
      for (const each of outcomes) expect(['succeeded', 'STORE_TIMEOUT']).toContain(each)
    }
    // The store is none the worse for it.
    expect((await ask(store)).clock).toBeGreaterThan(0)
  }),
]

export const closingTests: readonly ContractTest[] = [
  contractTest('rejects what comes later, and may be closed again', async ({ store, other }) => {
    const generation = randomGeneration()
    await other.write(entry('n:k', generation, 1), TIMEOUT)
    await ask(store)
    await store.close()
    await store.close()
    for (const call of calls(store, TIMEOUT)) expect(await outcome(call)).toBe('CLOSED')
    expect(await bytesAt(other, 'n:k')).toBeDefined()
  }),

  contractTest('was closed before it was ever used', async ({ store }) => {
    await store.close()
    for (const call of calls(store, TIMEOUT)) expect(await outcome(call)).toBe('CLOSED')
  }),

  contractTest('settles the calls that were under way', async ({ store, open: openStore }) => {
    await ask(store)
    for (const closing of [store, openStore()]) {
      const under = Promise.all(calls(closing, TIMEOUT).map(async (call) => await outcome(call)))
      await closing.close()
      const outcomes = await Promise.race([under, setTimeout(3000, ['hung'])])
      for (const each of outcomes) expect(['succeeded', 'CLOSED']).toContain(each)
    }
  }),
]

/** One call of each kind, begun. */
function calls(store: CacheStore, timeout: number): Promise<unknown>[] {
  return [
    store.read({ keys: ['n:k'] }, timeout),
    store.read({ keys: ['n:k'], names: ['t:x'], question: question() }, timeout),
    store.write(entry('n:k', randomGeneration(), 1), timeout),
    store.invalidate(hard(['t:x']), timeout),
    store.claim({ path: 'n:k', token: randomGeneration(), ttl: 1, patient: false }, timeout),
    store.release({ path: 'n:k', token: randomGeneration(), pause: 0 }, timeout),
    store.remove(['n:k', 'n:other'], timeout),
    walk(store, timeout),
  ]
}

async function walk(store: CacheStore, timeout: number): Promise<void> {
  const walking = store.scan({ match: glob.compile('*') }, timeout)[Symbol.asyncIterator]()
  while ((await walking.next()).done !== true);
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
