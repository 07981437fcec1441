import { describe, expect, it } from 'vitest'
import { type Backend, type CacheStore, createRedstart, type RedstartOptions } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'

/** A backend that cannot tell what is changed. */
function mute(): Backend {
  const backend = memory()
  return {
    name: 'mute',
    cache(context) {
      const store: CacheStore = backend.cache(context)
      // Its class has one.
      Object.defineProperty(store, 'track', { value: undefined })
      return store
    },
  }
}

describe("coherence: 'tracking'", () => {
  it('is refused over a backend that cannot tell what is changed, which can be used without it', async () => {
    expect(() => createRedstart({ coherence: 'tracking', backend: mute() })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining("coherence: 'tracking'") }),
    )
    const instance = createRedstart({ backend: mute() })
    expect(await instance.cache.getOrSet('key', () => 'value')).toBe('value')
    await instance.close()
  })

  it.each(['track', 'TRACKING', '', true, 1])('%j is no coherence', (coherence) => {
    // What a caller without types can give.
    const options = { coherence } as unknown as RedstartOptions
    expect(() => createRedstart(options)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/coherence.*'markers' or 'tracking'/),
      }),
    )
  })

  it.each(['markers', 'tracking', undefined] as const)(
    'memory takes %j, and two instances over it agree',
    async (coherence) => {
      const backend = memory()
      const options = { backend, ...(coherence !== undefined && { coherence }) }
      const [here, there] = [createRedstart(options), createRedstart(options)]
      expect(await here.cache.getOrSet('key', () => 'first', { tags: ['tag'] })).toBe('first')
      expect(await there.cache.getOrSet('key', () => 'unused', { tags: ['tag'] })).toBe('first')
      await there.invalidate({ tags: ['tag'] })
      expect(await here.cache.getOrSet('key', () => 'second', { tags: ['tag'] })).toBe('second')
      await Promise.all([here.close(), there.close()])
    },
  )
})
