import { type Backend, createRedstart, RedstartError } from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { manualClock } from '@redstart/testing'
import { expect, it } from 'vitest'
import { boundStore } from './bound-store.ts'

/** A backend whose stores hear nothing from others. */
function deaf(backend: Backend): Backend {
  return {
    name: backend.name,
    cache: (context) => ({ ...boundStore(backend.cache(context)), subscribe: () => () => undefined }),
  }
}

function fails(): { (): never; runs: number } {
  const load = (): never => {
    load.runs += 1
    throw new Error(`failed ${load.runs}`)
  }
  load.runs = 0
  return load
}

it('a remembered failure ends with what another instance invalidates, also where nothing is heard of it', async () => {
  const clock = manualClock(1000)
  const backend = memory()
  const here = createRedstart({ backend: deaf(backend), clock, maxStaleness: 100 })
  const other = createRedstart({ backend, clock, maxStaleness: 100 })
  const load = fails()
  const read = (): Promise<unknown> => here.cache.getOrSet('menu:1', load, { errorTtl: '1m' })
  await expect(read()).rejects.toThrow('failed 1')
  await expect(read()).rejects.toThrow('failed 1')
  clock.advance(10)
  expect(await other.cache.delete('menu:1')).toEqual({ reached: 'all' })
  clock.advance(101)
  const again = expect(read()).rejects.toThrow('failed 2')
  await clock.advanceAsync(10)
  await again
  await Promise.all([here.close(), other.close()])
})

it('a remembered failure stands beyond maxStaleness where nothing was invalidated', async () => {
  const clock = manualClock(1000)
  const { cache, close } = createRedstart({ clock, maxStaleness: 100 })
  const load = fails()
  const read = (): Promise<unknown> => cache.getOrSet('menu:1', load, { errorTtl: '1m' })
  await expect(read()).rejects.toThrow('failed 1')
  clock.advance(30_000)
  await expect(read()).rejects.toThrow('failed 1')
  clock.advance(30_000)
  await expect(read()).rejects.toThrow('failed 2')
  await close()
})

it('with strict consistency a failure is remembered only where the backend says that nothing was invalidated', async () => {
  const clock = manualClock(1000)
  const backend = memory()
  let down = false
  const shaky: Backend = {
    name: backend.name,
    cache(context) {
      const store = backend.cache(context)
      const read: typeof store.read = async (request, timeout) => {
        if (down) throw new RedstartError('STORE_UNAVAILABLE', 'it is down')
        return store.read(request, timeout)
      }
      return { ...boundStore(store), read, subscribe: () => () => undefined }
    },
  }
  const here = createRedstart({ backend: shaky, clock, consistency: 'strict' })
  const other = createRedstart({ backend, clock })
  const load = fails()
  const read = (): Promise<unknown> => here.cache.getOrSet('menu:1', load, { errorTtl: '1m' })
  await expect(read()).rejects.toThrow('failed 1')
  await expect(read()).rejects.toThrow('failed 1')
  down = true
  expect(await other.cache.delete('menu:1')).toEqual({ reached: 'all' })
  await expect(read()).rejects.toThrow('failed 2')
  await Promise.all([here.close(), other.close()])
})
