import { describe, expect, test } from 'vitest'
import type { Backend, Hint, InvalidationFilter, InvalidationNotice } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { boundStore } from './bound-store.ts'
import { open, type Watched } from './instance.ts'

/** What a listener is told, in short. */
function listen({ onInvalidate }: Pick<Watched, 'onInvalidate'>, filter?: InvalidationFilter): string[] {
  const heard: string[] = []
  onInvalidate((notice) => void heard.push(inShort(notice)), filter)
  return heard
}

function inShort(notice: InvalidationNotice): string {
  if (notice.type === 'missed') return 'missed'
  const { tags, keys, prefixes, everything, remote } = notice
  const names = [...tags.map((tag) => `#${tag}`), ...keys, ...prefixes, ...(everything ? ['*'] : [])]
  return `${remote ? 'remote ' : ''}${names.join(' ')}`
}

/** Lets the hints that are on their way arrive. */
const arrive = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve))

describe('onInvalidate', () => {
  test('tells every invalidation that is made here, of whatever kind, once', async () => {
    const here = open()
    const heard = listen(here)
    await here.invalidate({ tags: ['a', 'b'], keys: ['orders:1'], namespaces: ['menu'], prefix: ['orders', 42] })
    await here.cache.set('orders:1', 1)
    await here.cache.delete('orders:2')
    await here.cache.namespace('orders').clear()
    await here.cache.clear()
    await arrive()
    expect(heard).toEqual(['#a #b orders:1 menu: orders:42:', 'orders:1', 'orders:2', 'orders:', '*'])
    await here.close()
  })

  test('tells how: all that a notice holds', async () => {
    const here = open()
    const heard: InvalidationNotice[] = []
    here.onInvalidate((notice) => void heard.push(notice))
    await here.invalidate({ tags: ['a'] }, { strategy: 'lazy' })
    const nothing = { keys: [], prefixes: [], everything: false }
    expect(heard).toEqual([
      { type: 'invalidated', tags: ['a'], ...nothing, strategy: 'lazy', reached: 'all', remote: false },
    ])
    await here.close()
  })

  test('tells those of other instances, from the moment that the backend answered', async () => {
    const backend = memory()
    const [here, other] = [open({ backend }), open({ backend })]
    const [all, local, remote] = [listen(here), listen(here, { remote: false }), listen(here, { local: false })]
    await arrive()
    await here.invalidate({ tags: ['mine'] })
    await other.invalidate({ tags: ['theirs'] }, { strategy: 'lazy' })
    await arrive()
    expect([all, local, remote]).toEqual([['#mine', 'remote #theirs'], ['#mine'], ['remote #theirs']])
    await Promise.all([here.close(), other.close()])
  })

  test.each<readonly [filter: InvalidationFilter, heard: readonly string[]]>([
    [{ tags: ['a'] }, ['#a', '#a #b', '*']],
    [{ tags: ['z'] }, ['*']],
    [{ keys: ['orders:42:1'] }, ['orders:42:1', 'orders:', 'orders:42:', '*']],
    [{ namespace: 'orders' }, ['orders:42:1', 'orders:7', 'orders:', 'orders:42:', '*']],
    [{ prefix: 'orders:42:' }, ['orders:42:1', 'orders:', 'orders:42:', '*']],
    [{ prefix: ['orders', 42] }, ['orders:42:1', 'orders:', 'orders:42:', '*']],
    [{ namespace: 'menu', tags: ['b'] }, ['#a #b', 'menu:1', '*']],
    [{ keys: [] }, ['*']],
  ])('with the filter %j tells what can hit it', async (filter, expected) => {
    const here = open()
    const heard = listen(here, filter)
    await here.invalidate({ tags: ['a'] })
    await here.invalidate({ tags: ['a', 'b'] })
    for (const key of ['orders:42:1', 'orders:7', 'menu:1']) await here.invalidate({ keys: [key] })
    await here.invalidate({ namespace: 'orders' })
    await here.invalidate({ prefix: 'orders:42:' })
    await here.cache.clear()
    expect(heard).toEqual(expected)
    await here.close()
  })

  test('tells no more after it was stopped, and still the others', async () => {
    const here = open()
    const [stopped, kept] = [[] as string[], listen(here)]
    const stop = here.onInvalidate((notice) => void stopped.push(inShort(notice)))
    stop()
    stop()
    await here.invalidate({ tags: ['a'] })
    expect([stopped, kept]).toEqual([[], ['#a']])
    await here.close()
  })

  test('is not disturbed by listeners that fail, and tells of it', async () => {
    const here = open()
    here.onInvalidate(() => {
      throw new Error('at once')
    })
    here.onInvalidate(async () => await Promise.reject(new Error('later')))
    const heard = listen(here)
    expect(await here.invalidate({ tags: ['a'] })).toEqual({ reached: 'all' })
    await arrive()
    expect(heard).toEqual(['#a'])
    expect(here.of('listener.error').map(({ error }) => String(error))).toEqual(['Error: at once', 'Error: later'])
    await here.close()
  })

  test('tells that some may have been missed, although nothing is read', async () => {
    const inner = memory()
    const state = { deaf: false }
    const backend: Backend = {
      name: 'deaf at times',
      cache(context) {
        const store = boundStore(inner.cache(context))
        return {
          ...store,
          subscribe: (listener: (hint: Hint) => void) => store.subscribe((hint) => state.deaf || listener(hint)),
        }
      },
    }
    const [here, other] = [open({ backend, maxStaleness: '5s' }), open({ backend: inner })]
    const [heard, local] = [listen(here), listen(here, { remote: false })]
    await arrive()
    await other.invalidate({ tags: ['heard'] })
    await arrive()
    state.deaf = true
    await other.invalidate({ tags: ['lost'] })
    await arrive()
    state.deaf = false
    expect(heard).toEqual(['remote #heard'])
    await here.clock.advanceAsync(2600)
    expect([heard, local]).toEqual([['remote #heard', 'missed'], []])
    await Promise.all([here.close(), other.close()])
  })

  test('asks the backend no more when nobody listens any more', async () => {
    let reads = 0
    const inner = memory()
    const backend: Backend = {
      name: 'counted',
      cache(context) {
        const store = boundStore(inner.cache(context))
        return { ...store, read: (...args) => (reads++, store.read(...args)) }
      },
    }
    const here = open({ backend, maxStaleness: '5s' })
    const stops = [here.onInvalidate(() => undefined), here.onInvalidate(() => undefined)]
    await here.clock.advanceAsync(10_000)
    expect(reads).toBeGreaterThanOrEqual(3)
    expect(reads).toBeLessThanOrEqual(6)
    for (const stop of stops) stop()
    const before = reads
    await here.clock.advanceAsync(60_000)
    expect(reads).toBe(before)
    const stopLocal = here.onInvalidate(() => undefined, { remote: false })
    await here.clock.advanceAsync(60_000)
    expect(reads).toBe(before)
    stopLocal()
    await here.close()
    expect(() => here.onInvalidate(() => undefined)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  test.each([
    [7, {}],
    [() => undefined, null],
    [() => undefined, { tags: 'a' }],
    [() => undefined, { keys: 'orders:1' }],
    [() => undefined, { prefix: 'orders' }],
    [() => undefined, { namespace: 'no good' }],
    [() => undefined, { remote: false, local: false }],
    [() => undefined, { remote: 1 }],
  ])('refuses %j with the filter %j', (listener, filter) => {
    const { onInvalidate } = open()
    // JavaScript passes anything.
    const refused = (): unknown => onInvalidate(listener as () => void, filter as InvalidationFilter)
    expect(refused).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})
