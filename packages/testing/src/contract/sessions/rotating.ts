import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import {
  anonymous,
  change,
  commit,
  end,
  HOUR,
  kindOf,
  loaded,
  make,
  ofUser,
  randomWord,
  rotate,
  sealed,
} from './session-requests.ts'
import { type SessionTest, sessionTest } from './session-stores.ts'

export const rotationTests: readonly SessionTest[] = [
  sessionTest('is told to whoever presents the current secret', async ({ store, other }) => {
    for (const address of [anonymous(), ofUser()]) {
      const made = await make(store, { address })
      const next = sealed()
      expect(told(await rotate(store, made, randomWord(), next))).toEqual(['rotated', 'current', next])
      expect(told(await rotate(other, made))).toEqual(['rotated', 'current', next])
      expect(told(await loaded(other, made))).toEqual(['loaded', 'current', next])
      expect(told(await loaded(other, made, { readOnly: true }))).toEqual(['loaded', 'current', next])
      expect(told(await commit(other, made, []))).toEqual(['committed', 'current', next])
      const conflict = await commit(other, made, [change('a', sealed(), sealed())])
      expect(told(conflict)).toEqual(['conflict', 'current', next])
    }
  }),

  sessionTest('takes effect when the next secret is presented', async ({ store, other }) => {
    const [a, core] = [sealed(), sealed()]
    const made = await make(store, { core, fields: new Map([['a', a]]) })
    const after = { ...made, verifier: randomWord() }
    await rotate(store, made, after.verifier)
    expect(await loaded(store, made)).toMatchObject({ secret: 'current' })
    await setTimeout(5)
    const first = await loaded(other, after)
    expect(first).toMatchObject({ secret: 'current', next: undefined, promoted: true, rotated: first.now })
    expect(Uint8Array.from(first.core)).toEqual(core)
    expect(await loaded(store, after)).toMatchObject({ secret: 'current', promoted: false, rotated: first.now })
    expect(await loaded(store, made)).toMatchObject({ secret: 'previous', next: undefined, rotated: first.now })
  }),

  sessionTest('takes effect with a commit, another rotation or an end, too', async ({ store }) => {
    const made = await make(store)
    const second = { ...made, verifier: randomWord() }
    await rotate(store, made, second.verifier)
    expect(await commit(store, second, [change('a', sealed())])).toMatchObject({ kind: 'committed', secret: 'current' })
    expect(await loaded(store, made)).toMatchObject({ secret: 'previous' })
    const third = { ...made, verifier: randomWord() }
    await rotate(store, second, third.verifier)
    const sealedNext = sealed()
    expect(told(await rotate(store, third, randomWord(), sealedNext))).toEqual(['rotated', 'current', sealedNext])
    expect(await kindOf(store, made)).toBe('reuse')
    expect(await loaded(store, second)).toMatchObject({ secret: 'previous' })
    expect(await end(store, third)).toMatchObject({ kind: 'ended-now' })
  }),

  sessionTest('leaves the previous secret good for a while, and then no more', async ({ store }) => {
    for (const grace of [0, 150]) {
      const made = await make(store)
      const after = { ...made, verifier: randomWord() }
      await rotate(store, made, after.verifier)
      await loaded(store, after, { grace })
      if (grace > 0) expect(['loaded', 'reuse']).toContain(await kindOf(store, made))
      await setTimeout(grace + 20)
      expect(await kindOf(store, made)).toBe('reuse')
      expect(await kindOf(store, made, { readOnly: true })).toBe('reuse')
      expect(await commit(store, made, [change('a', sealed())])).toMatchObject({ kind: 'reuse' })
      expect(await kindOf(store, after)).toBe('loaded')
    }
  }),

  sessionTest('lets the previous secret write, and neither rotate nor be told', async ({ store }) => {
    const made = await make(store)
    const after = { ...made, verifier: randomWord() }
    await rotate(store, made, after.verifier)
    await loaded(store, after)
    const reply = await commit(store, made, [change('a', sealed())])
    expect(told(reply)).toEqual(['committed', 'previous', undefined])
    expect(told(await rotate(store, made))).toEqual(['rotated', 'previous', undefined])
    const next = sealed()
    expect(told(await rotate(store, after, randomWord(), next))).toEqual(['rotated', 'current', next])
    expect(told(await loaded(store, made))).toEqual(['loaded', 'previous', undefined])
  }),

  sessionTest('that comes too late does nothing', async ({ store }) => {
    const made = await make(store)
    const until = (await store.time(TIMEOUT)) - 1
    expect(await rotate(store, made, randomWord(), sealed(), until)).toMatchObject({ kind: 'late' })
    expect(await loaded(store, made)).toMatchObject({ next: undefined })
  }),

  sessionTest('of no record, or by a stranger, does nothing', async ({ store }) => {
    const made = await make(store)
    expect(await rotate(store, { ...made, verifier: 'v' })).toMatchObject({ kind: 'reuse' })
    expect(await loaded(store, made)).toMatchObject({ next: undefined })
    expect(await rotate(store, { address: ofUser(), verifier: 'v' })).toMatchObject({ kind: 'missing' })
  }),

  sessionTest('by many at once has one successor, which all are told', async ({ store, other }) => {
    const made = await make(store)
    const replies = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => await rotate(n % 2 ? store : other, made)),
    )
    const [first] = replies
    expect(first).toMatchObject({ kind: 'rotated', secret: 'current' })
    for (const reply of replies) expect(told(reply)).toEqual(told(first))
  }),

  sessionTest('does not change when the record ends', async ({ store }) => {
    const address = ofUser()
    const made = await make(store, { address, idle: HOUR })
    const [before] = await store.list(address.tag, TIMEOUT)
    await rotate(store, made, 'next')
    await loaded(store, { ...made, verifier: 'next' })
    expect(await store.list(address.tag, TIMEOUT)).toMatchObject([{ expires: before?.expires }])
  }),
]

/** What a reply says of the secret and the next one. */
function told(
  reply: { readonly kind: string; readonly secret?: string; readonly next?: Uint8Array | undefined } | undefined,
): unknown {
  return [reply?.kind, reply?.secret, reply?.next && Uint8Array.from(reply.next)]
}
