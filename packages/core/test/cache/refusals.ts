import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { boundStore } from './bound-store.ts'
import { open, type Watched } from './instance.ts'

/** What is done, what it is refused with. */
export type Row = readonly [name: string, act: (instance: Watched) => unknown, message: RegExp, code?: string]

/** What TypeScript refuses and JavaScript lets through. */
export function untyped(value: unknown): never {
  return value as never // every use is a call that a checked program cannot make
}

/** Printable, and short enough for the name of a test. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' || Array.isArray(value) ? JSON.stringify(value) : String(value)
  return text.replace(/[^ -~]/gu, '?').slice(0, 40)
}

/** What names of apps and namespaces are told to be. */
export const WORD = 'expected 1 to 64 of A-Z a-z 0-9 \\. _ -, beginning with a letter or digit$'

/**
 * Checks that every row is refused with its code and message, changes nothing in the store, loses nothing of what was
 * stored before, and leaves nothing behind that is thrown later.
 */
export function describeRefusals(subject: string, rows: readonly Row[]): void {
  describe(`bad input, ${subject}:`, () => {
    const escaped: unknown[] = []
    const escape = (error: unknown): void => void escaped.push(error)
    beforeAll(() => process.on('unhandledRejection', escape).on('uncaughtException', escape))
    afterAll(() => process.off('unhandledRejection', escape).off('uncaughtException', escape))

    it.each(rows.map(([name, act, message, code = 'INVALID_ARGUMENT']) => ({ name, act, message, code })))(
      '$name is refused, and nothing is changed',
      async ({ act, message, code }) => {
        const { instance, beside, changes } = await watched()
        const failure = await Promise.resolve()
          .then(() => act(instance))
          .then(
            () => 'nothing was refused',
            (error: unknown) => error,
          )
        expect(failure).toMatchObject({ name: 'RedstartError', code, message: expect.stringMatching(message) })
        await instance.clock.advanceAsync(60_000)
        expect(changes()).toBe(0)
        expect(instance.of('store.error')).toEqual([])
        for (const { cache } of [instance, beside]) {
          for (const keyed of [cache, cache.tenant('a')]) expect(await keyed.get('menu:1')).toBe('as before')
          expect(await cache.ttl('menu:1')).toMatchObject({ fresh: 3_540_000 })
        }
        expect(escaped).toEqual([])
      },
    )
  })
}

interface Prepared {
  readonly instance: Watched
  /** Another one over the same data. */
  readonly beside: Watched
  readonly changes: () => number
}

/** An instance with an entry of its own and one of a tenant, over a store that counts what changes it. */
async function watched(): Promise<Prepared> {
  const backend = memory()
  let changes = 0
  const instance = open({
    backend: {
      ...backend,
      cache(context) {
        const store = boundStore(backend.cache(context))
        return {
          ...store,
          write: (...args) => (changes++, store.write(...args)),
          touch: (...args) => (changes++, store.touch(...args)),
          invalidate: (...args) => (changes++, store.invalidate(...args)),
          remove: (...args) => (changes++, store.remove(...args)),
        }
      },
    },
  })
  const { cache, clock } = instance
  for (const keyed of [cache, cache.tenant('a')]) await keyed.set('menu:1', 'as before', { tags: ['soups'] })
  changes = 0
  return { instance, beside: open({ backend, clock }), changes: () => changes }
}
