import { setImmediate } from 'node:timers/promises'
import type { Backend } from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { expect, it } from 'vitest'
import { boundStore } from './bound-store.ts'
import { counter, gate, type Gate, heldLoader, open } from './instance.ts'

/** A backend that stores nothing before the gate is passed. */
function slowToWrite(written: Gate<void>): Backend {
  const backend = memory()
  return {
    name: backend.name,
    cache(context) {
      const store = backend.cache(context)
      const write = async (...args: Parameters<typeof store.write>): ReturnType<typeof store.write> => {
        await written.promise
        return store.write(...args)
      }
      return { ...boundStore(store), write }
    },
  }
}

it('a read takes no result that had ended before it began, although it is still being stored', async () => {
  const written = gate()
  const { cache, clock } = open({ backend: slowToWrite(written) })
  const load = counter()
  const first = cache.getOrSet('menu:1', load, { ttl: 10 })
  await setImmediate()
  clock.advance(10)
  const second = cache.getOrSet('menu:1', load, { ttl: 10 })
  await setImmediate()
  written.pass()
  expect(await Promise.all([first, second])).toEqual([1, 2])
})

it('reads that wait for a load share what has ended by the time that it is stored', async () => {
  const written = gate()
  const { cache, clock } = open({ backend: slowToWrite(written) })
  const { load, calls } = heldLoader<string>()
  const reads = Array.from({ length: 3 }, () => cache.getOrSet('menu:1', load, { ttl: 1 }))
  await setImmediate()
  calls[0]?.pass('loaded')
  await setImmediate()
  clock.advance(50)
  written.pass()
  expect(await Promise.all(reads)).toEqual(['loaded', 'loaded', 'loaded'])
})
