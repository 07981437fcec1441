import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
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

/** Checks that every row is refused with its code and message, and changes nothing in the store. */
export function describeRefusals(subject: string, rows: readonly Row[]): void {
  describe(`bad input, ${subject}:`, () => {
    it.each(rows.map(([name, act, message, code = 'INVALID_ARGUMENT']) => ({ name, act, message, code })))(
      '$name is refused, and nothing is changed',
      async ({ act, message, code }) => {
        const { instance, changes } = await watched()
        const failure = await Promise.resolve()
          .then(() => act(instance))
          .then(
            () => 'nothing was refused',
            (error: unknown) => error,
          )
        expect(failure).toMatchObject({ name: 'RedstartError', code, message: expect.stringMatching(message) })
        expect(changes()).toBe(0)
        expect(await instance.cache.get('menu:1')).toBe('as before')
      },
    )
  })
}

/** An instance with one entry, over a store that counts what changes it. */
async function watched(): Promise<{ readonly instance: Watched; readonly changes: () => number }> {
  const backend = memory()
  let changes = 0
  const instance = open({
    backend: {
      ...backend,
      cache(context) {
        const store = backend.cache(context)
        const { write, invalidate } = { write: store.write.bind(store), invalidate: store.invalidate.bind(store) }
        return Object.assign(store, {
          write: (...args: Parameters<typeof write>) => (changes++, write(...args)),
          invalidate: (...args: Parameters<typeof invalidate>) => (changes++, invalidate(...args)),
        })
      },
    },
  })
  await instance.cache.set('menu:1', 'as before')
  changes = 0
  return { instance, changes: () => changes }
}
