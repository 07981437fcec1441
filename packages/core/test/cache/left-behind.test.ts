import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { open } from './instance.ts'
import { unreliable } from './unreliable.ts'

setFlagsFromString('--expose-gc')
// What the flag adds is there in new contexts only, and takes nothing.
const collectGarbage = runInNewContext('gc') as () => void

describe('inside a loader, while the backend is away,', () => {
  const calls = {
    set: (cache: Cache) => cache.set('k:1', 'new'),
    setMany: (cache: Cache) => cache.setMany([['k:1', 'new']]),
    delete: (cache: Cache) => cache.delete('k:1'),
  }

  it.each(Object.entries(calls))('%s is made here and kept for later, and the read goes on', async (_, call) => {
    const control = unreliable()
    const here = open({ backend: control.backend, maxStaleness: 1000 })
    const there = open({ backend: control.backend, maxStaleness: 1000, clock: here.clock })
    for (const { cache } of [here, there]) await cache.getOrSet('k:1', () => 'old')
    control.away = true
    // Older than what may be used without asking: the read itself meets the backend, too.
    const reading = here.cache.getOrSet('list:1', async () => [await call(here.cache)])
    expect(await reading).toEqual([{ reached: 'here' }])
    expect(here.cache.peek('k:1')).not.toMatchObject({ value: 'old' })
    control.away = false
    here.clock.advance(5000)
    there.clock.advance(0)
    expect(await here.cache.getOrSet('k:1', () => 'loaded')).not.toBe('old')
    expect(await there.cache.getOrSet('k:1', () => 'loaded')).not.toBe('old')
  })
})

type Cache = ReturnType<typeof open>['cache']

describe('what a loader leaves running', () => {
  it('is part of nothing once the loader has ended', async () => {
    const here = open()
    let go: () => void = () => undefined
    const later = new Promise<void>((resolve) => (go = resolve))
    let poller: Promise<unknown> | undefined
    await here.cache.getOrSet('a:1', () => {
      poller = later.then(() => here.cache.getOrSet('other:1', () => 'part', { tags: ['t'] }))
      return 'value'
    })
    // Another load runs, so that frames are looked at.
    const running = here.cache.getOrSet('b:1', () => poller)
    go()
    await running
    await here.invalidate({ tags: ['t'] })
    expect(here.cache.peek('a:1')).toEqual({ hit: true, value: 'value', stale: false })
  })

  it('holds nothing of the loads before it', async () => {
    const here = open()
    const values: WeakRef<object>[] = []
    for (let n = 0; n < 50; n++) {
      await new Promise<void>((resolve) => {
        void here.cache.getOrSet(
          'self:1',
          () => {
            setImmediate(resolve)
            const value = { rows: Array.from({ length: 1000 }, (_, row) => row + n) }
            values.push(new WeakRef(value))
            return value
          },
          { refresh: true },
        )
      })
    }
    collectGarbage()
    expect(values.filter((value) => value.deref() !== undefined).length).toBeLessThan(10)
  })
})
