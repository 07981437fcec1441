import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import {
  change,
  commit,
  fieldsOf,
  kindOf,
  load,
  make,
  nonceOf,
  ofUser,
  randomWord,
  sealed,
} from './session-requests.ts'
import { type SessionTest, sessionTest } from './session-stores.ts'

export const togetherTests: readonly SessionTest[] = [
  sessionTest('a hundred that write different fields lose nothing', async ({ store, other }) => {
    const made = await make(store)
    // Fifty fields, each written by one and then changed by another.
    for (const round of [1, 2]) {
      const before = await fieldsOf(store, made)
      const values = Array.from({ length: 50 }, (_, n): readonly [string, Uint8Array] => [`f${n}`, sealed(round)])
      const replies = await Promise.all(
        values.map(
          async ([field, bytes], n) => await commit(n % 2 ? store : other, made, [change(field, bytes, before[field])]),
        ),
      )
      for (const reply of replies) expect(reply).toMatchObject({ kind: 'committed', mismatched: [] })
      expect(await fieldsOf(store, made)).toEqual(Object.fromEntries(values))
    }
  }),

  sessionTest('of a hundred that change one field, one succeeds for each value', async ({ store, other }) => {
    const first = sealed()
    const made = await make(store, { fields: new Map([['a', first]]) })
    const replies = await Promise.all(
      Array.from(
        { length: 100 },
        async (_, n) => await commit(n % 2 ? store : other, made, [change('a', sealed(), first)]),
      ),
    )
    expect(replies.filter(({ kind }) => kind === 'committed')).toHaveLength(1)
    expect(replies.filter(({ kind }) => kind === 'conflict')).toHaveLength(99)
  }),

  sessionTest('of many that replace the core, one succeeds', async ({ store, other }) => {
    const made = await make(store)
    const core = { bytes: sealed(), nonce: nonceOf(made.core) }
    const replies = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => await commit(n % 2 ? store : other, made, [], { core })),
    )
    expect(replies.filter(({ kind }) => kind === 'committed')).toHaveLength(1)
  }),

  sessionTest('nothing that is under way brings back what was revoked', async ({ store, other }) => {
    const tag = randomWord()
    const made = await Promise.all(Array.from({ length: 20 }, async () => await make(store, { address: ofUser(tag) })))
    const under = Array.from({ length: 400 }, (_, n) => n).flatMap((n): Promise<unknown>[] => {
      const each = made[n % made.length]
      if (each === undefined) return []
      const by = n % 3 ? store : other
      if (n % 2 === 0) return [load(by, each, { touchAfter: 0 })]
      return [commit(by, each, [change(`f${n % 50}`, sealed(), undefined, 'change')], { touch: true })]
    })
    const revoked = (n: number): Promise<unknown> => (n % 2 ? store : other).revokeAll({ tag }, TIMEOUT)
    const outcomes = await Promise.all([...under.slice(0, 200), revoked(0), ...under.slice(200), revoked(1)])
    expect(outcomes).toHaveLength(402)
    for (const each of made) {
      expect(['missing', 'revoked']).toContain(await kindOf(store, each, { touchAfter: 0 }))
      expect(['missing', 'revoked']).toContain((await commit(store, each, [], { touch: true })).kind)
    }
    expect(await store.list(tag, TIMEOUT)).toEqual([])
  }),
]
