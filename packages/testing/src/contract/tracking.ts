import { setTimeout } from 'node:timers/promises'
import { type CacheStore, RedstartError } from '@redstart/core'
import { expect } from 'vitest'
import { type ContractTest, contractTest } from './contract-test.ts'
import type { OpenedBackend } from './open-backend.ts'
import { ask, entry, hard, randomGeneration, TIMEOUT } from './requests.ts'
import { eventually, randomApp, type Stores } from './stores.ts'

/** Of a backend that tells changes; of another one there is nothing to test. */
export const trackingTests: readonly ContractTest[] = [
  trackingTest('is confirmed again and again, also when nothing has changed', async ({ confirm }) => {
    for (let n = 0; n < 5; n += 1) await confirm()
  }),

  trackingTest('with hardly any time is confirmed or says so, soon', async ({ tracking, confirm }) => {
    for (const timeout of [1, 1, 5]) {
      const outcome = await Promise.race([outcomeOf(tracking.confirm(timeout)), setTimeout(3000, 'hung')])
      expect(['succeeded', 'STORE_TIMEOUT']).toContain(outcome)
    }
    await confirm()
  }),

  trackingTest('ends with its store', async ({ tracking, confirm, stores: { store } }) => {
    await confirm()
    const under = outcomeOf(tracking.confirm(TIMEOUT))
    await store.close()
    expect(['succeeded', 'CLOSED']).toContain(await Promise.race([under, setTimeout(3000, 'hung')]))
    expect(await outcomeOf(tracking.confirm(TIMEOUT))).toBe('CLOSED')
  }),

  foreignTest('has told what a foreign program did once it is confirmed', async ({ change, confirm, heard }) => {
    await confirm()
    for (let round = 0; round < 10; round += 1) {
      heard.clear()
      await change('n:a', bytes())
      await confirm()
      expect(heard.has('n:a')).toBe(true)
      heard.clear()
      await change('n:a', undefined)
      await confirm()
      expect(heard.has('n:a')).toBe(true)
      expect(heard.has('n:b')).toBe(false)
    }
  }),

  foreignTest('tells every path as it is, many at a time, too', async ({ change, confirm, heard }) => {
    const paths = [
      'n:a,b',
      'n:a',
      'n:b',
      'n:{x}:y',
      'n:{}',
      'n:é漢😀',
      'n:a b',
      'n:"',
      'n:*?[a]',
      `n:${'x'.repeat(400)}`,
    ]
    await confirm()
    heard.clear()
    await Promise.all(paths.map(async (path) => await change(path, bytes())))
    await confirm()
    expect([...heard].sort()).toEqual([...paths].sort())
  }),

  foreignTest('tells what stores write and unlink, the own one included', async ({ confirm, heard, stores }) => {
    await confirm()
    for (const each of [stores.store, stores.other]) {
      heard.clear()
      const { generation, clock } = await ask(each)
      await each.write(entry('n:a', generation, clock), TIMEOUT)
      await confirm()
      expect(heard.has('n:a')).toBe(true)
      heard.clear()
      await each.invalidate(hard(['k:n:a'], { unlink: ['n:a'] }), TIMEOUT)
      // Unlinking comes behind the reply of the invalidation.
      await eventually(() => heard.has('n:a'), 'word of an unlinked entry')
    }
  }),

  foreignTest('tells nothing of other apps, nor of what is no entry', async ({ change, confirm, heard, stores }) => {
    await confirm()
    heard.clear()
    const stranger = stores.open(randomApp())
    const { generation, clock } = await ask(stranger)
    await stranger.write(entry('n:a', generation, clock), TIMEOUT)
    await stores.other.invalidate(hard(['t:x', 'k:n:a', 'p:n:']), TIMEOUT)
    await change('n:b', bytes())
    await confirm()
    expect([...heard]).toEqual(['n:b'])
  }),
]

/** What a test of tracking has in hand. */
interface Tracked {
  readonly stores: Stores
  readonly tracking: ReturnType<NonNullable<CacheStore['track']>>
  /** Paths that were told; after a loss, which a test must wait out, all of them count as told. */
  readonly heard: Set<string>
  readonly confirm: () => Promise<void>
}

function trackingTest(name: string, test: (tracked: Tracked) => Promise<void>): ContractTest {
  return contractTest(name, async (stores) => {
    const heard = new Set<string>()
    let losses = 0
    const tracking = stores.store.track?.({ changed: (path) => heard.add(path), lost: () => (losses += 1) })
    if (tracking === undefined) return
    const confirm = async (): Promise<void> => {
      // The first one may begin with a loss, and where a connection was lost so may any: then it says nothing yet.
      for (let before = -1; before !== losses;) {
        before = losses
        await tracking.confirm(TIMEOUT)
      }
    }
    await test({ stores, tracking, heard, confirm })
  })
}

interface Changed extends Tracked {
  /** By a program that knows nothing of Redstart: stores bytes, or deletes. */
  readonly change: (path: string, bytes: Uint8Array | undefined) => Promise<unknown>
}

/** The same, where there can be such a program. */
function foreignTest(name: string, test: (tracked: Changed) => Promise<void>): ContractTest {
  return trackingTest(name, async (tracked) => {
    const { backend, app } = tracked.stores
    const { foreign }: OpenedBackend = backend
    if (foreign === undefined) return
    await test({ ...tracked, change: async (path, value) => await foreign(app, path, value) })
  })
}

function bytes(): Uint8Array {
  return entry('n:any', randomGeneration(), 1).bytes
}

async function outcomeOf(call: Promise<void>): Promise<string> {
  try {
    await call
    return 'succeeded'
  } catch (error) {
    return RedstartError.is(error) ? error.code : `a foreign error: ${String(error)}`
  }
}
