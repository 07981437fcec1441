import type { CacheStore, Hint, Invalidated, InvalidateRequest } from '@redstart/core'
import { expect } from 'vitest'
import { type ContractTest, contractTest } from './contract-test.ts'
import { ask, hard, soft, TIMEOUT } from './requests.ts'
import { eventually, randomApp, type Stores } from './stores.ts'

export const hintTests: readonly ContractTest[] = [
  hintTest('reaches every store, the own one included, and says what was sent', async ({ store, other }) => {
    const [own, others] = [await listen(store), await listen(other)]
    const requests = [
      hard(['t:x']),
      hard(['k:n:a b', 't:é漢😀', 't:*?', 'k:n:{x}:y', 'p:n:', 'p:']),
      soft(['t:x', 't:y']),
      soft(['t:x'], 2_000_000_000_000),
      hard(Array.from({ length: 1000 }, (_, n) => `t:category:${n}:é`)),
    ]
    const sent: Hint[] = []
    for (const [n, request] of requests.entries())
      sent.push(hintOf(request, await (n % 2 === 0 ? store : other).invalidate(request, TIMEOUT)))
    for (const heard of [own, others]) {
      await eventually(() => heard.length >= sent.length, 'hearing all invalidations')
      expect(heard).toEqual(sent)
    }
  }),

  hintTest('comes of an invalidation without names too', async ({ store, other }) => {
    const heard = await listen(other)
    const done = await store.invalidate(hard([]), TIMEOUT)
    await eventually(() => heard.length > 0, 'hearing the invalidation')
    expect(heard).toEqual([hintOf(hard([]), done)])
  }),

  hintTest('comes once for each listener, in the order of the clocks', async ({ store, other }) => {
    const [first, second] = [await listen(other), await listen(other)]
    const done = await Promise.all(
      Array.from(
        { length: 40 },
        async (_, n) => await (n % 2 === 0 ? store : other).invalidate(hard([`t:${n}`]), TIMEOUT),
      ),
    )
    const clocks = done.map(({ clock }) => clock).sort((a, b) => a - b)
    await eventually(() => first.length >= 40 && second.length >= 40, 'hearing all invalidations')
    expect(first.map(({ clock }) => clock)).toEqual(clocks)
    expect(second).toEqual(first)
  }),

  hintTest('comes no more after unsubscribing, and still to the others', async ({ store }) => {
    await ask(store)
    const heard: string[] = []
    const stop = store.subscribe(() => heard.push('stopped'))
    store.subscribe(() => heard.push('kept'))
    stop()
    stop()
    await store.invalidate(hard(['t:x']), TIMEOUT)
    await eventually(() => heard.includes('kept'), 'hearing the invalidation')
    expect(heard).toEqual(['kept'])
  }),

  hintTest('does not come to another app', async ({ store, open: openStore }) => {
    const stranger = openStore(randomApp())
    const heard = await listen(stranger)
    await store.invalidate(hard(['t:x']), TIMEOUT)
    await stranger.invalidate(hard(['t:y']), TIMEOUT)
    await eventually(() => heard.length > 0, 'hearing the own invalidation')
    expect(heard.map(({ names }) => names)).toEqual([['t:y']])
  }),

  hintTest('comes to the others when a store is closed', async ({ store, other, open: openStore }) => {
    const closing = openStore()
    const [silent, heard] = [await listen(closing), await listen(other)]
    await closing.close()
    await store.invalidate(hard(['t:x']), TIMEOUT)
    await eventually(() => heard.length > 0, 'hearing the invalidation')
    expect([silent.length, heard.length]).toEqual([0, 1])
  }),
]

/** Of a backend that tells; of another one there is nothing to test. */
function hintTest(name: string, test: (stores: Stores) => Promise<void>): ContractTest {
  return contractTest(name, async (stores) => (stores.backend.silent === true ? undefined : await test(stores)))
}

/** What a store hears from now on. The question makes sure that it is connected. */
async function listen(store: CacheStore): Promise<Hint[]> {
  const heard: Hint[] = []
  store.subscribe((hint) => heard.push(hint))
  await ask(store)
  return heard
}

function hintOf({ names, kind, deadline }: InvalidateRequest, done: Invalidated): Hint {
  return { ...done, names, kind, deadline }
}
