import { expect, it } from 'vitest'
import type { Backend } from '../../src/index.ts'
import { boundStore } from '../cache/bound-store.ts'
import { open, type Watched } from '../cache/instance.ts'

/** Markers that the backend remembers; each test invalidates more. */
export const MARKERS = 10

const refuse = (): never => {
  throw new Error('nothing should have been loaded')
}

/**
 * What the floors of namespaces are for, and what they must not let through, with instances over one backend.
 *
 * @param openBackend opens a backend that remembers {@link MARKERS} markers.
 */
export function floorTests(openBackend: () => Backend): void {
  let apps = 0

  /** How to open instances of an app of its own: each begins with an empty memory, so that the backend's view decides. `deaf` hears nothing. */
  async function begin(): Promise<{ one: Watched; another: (over?: Backend) => Promise<Watched>; deaf: Backend }> {
    const app = `floors${++apps}`
    const backend = openBackend()
    const another = async (over: Backend = backend): Promise<Watched> => {
      const opened = open({ app, backend: over, deadline: '5s' })
      await opened.cache.get('nothing')
      return opened
    }
    const deaf: Backend = {
      name: 'deaf',
      cache: (context) => ({ ...boundStore(backend.cache(context)), subscribe: () => () => undefined }),
    }
    return { one: await another(), another, deaf }
  }

  async function deleteMany({ cache }: Watched, namespace: string): Promise<void> {
    for (let n = 0; n < 3 * MARKERS; n += 1) await cache.delete(`${namespace}:${n}`)
  }

  it('many deleted keys of one namespace make no entry of another one a miss', async () => {
    const { one, another } = await begin()
    for (const path of ['menu:1', 'busy:kept']) await one.cache.getOrSet(path, () => 'there', { tags: ['x'] })
    await deleteMany(one, 'busy')
    const two = await another()
    expect(await two.cache.getOrSet('menu:1', refuse)).toBe('there')
    expect(await two.cache.get('busy:kept')).toBeUndefined()
    expect(two.of('cache.miss')).toMatchObject([{ key: 'default:nothing' }, { reason: 'invalidated' }])
    await Promise.all([one.close(), two.close()])
  })

  it('many tags do, as before', async () => {
    const { one, another } = await begin()
    await one.cache.getOrSet('menu:1', () => 'there')
    for (let n = 0; n < 3 * MARKERS; n += 1) await one.invalidate({ tags: [`t${n}`] })
    const two = await another()
    expect(await two.cache.get('menu:1')).toBeUndefined()
    await Promise.all([one.close(), two.close()])
  })

  it.each<[string, (one: Watched) => Promise<unknown>]>([
    ['a key', ({ cache }) => cache.delete('part:1')],
    ['a prefix', ({ invalidate }) => invalidate({ prefix: 'part:1:' })],
    ['a namespace', ({ invalidate }) => invalidate({ namespace: 'part' })],
  ])('a value made of a part is gone with it, also where the marker of %s was forgotten', async (_, invalidatePart) => {
    const { one, another } = await begin()
    const part = (): Promise<string> => one.cache.getOrSet('part:1:2', () => 'old')
    const missing = (): Promise<unknown> => one.cache.get('part:1')
    await one.cache.getOrSet('page:1', async () => [await part(), await missing()])
    await one.cache.getOrSet('page:2', () => 'made of nothing')
    await invalidatePart(one)
    await deleteMany(one, 'part')
    const two = await another()
    expect(await two.cache.get('page:1')).toBeUndefined()
    expect(await two.cache.getOrSet('page:2', refuse)).toBe('made of nothing')
    await Promise.all([one.close(), two.close()])
  })

  it('an instance that has the value in memory and heard of nothing asks, and is told the same', async () => {
    const { one, another, deaf } = await begin()
    const two = await another(deaf)
    for (const path of ['menu:1', 'part:1']) await two.cache.getOrSet(path, () => 'there')
    await two.cache.getOrSet('page:1', () => two.cache.get('part:1'))
    await deleteMany(one, 'part')
    expect(await two.cache.get('page:1')).toBe('there')
    two.clock.advance(60_000)
    const asked = two.cache.getOrSet('menu:1', refuse)
    // What it is told of may be on its way: it waits, by its own clock, until it gives up.
    const resets = (): number => {
      two.clock.advance(10)
      return two.of('view.reset').length
    }
    await expect.poll(resets, { interval: 5 }).toBe(2)
    expect(await asked).toBe('there')
    expect(await two.cache.get('page:1')).toBeUndefined()
    await Promise.all([one.close(), two.close()])
  })
}
