import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import {
  anonymous,
  change,
  commit,
  creation,
  end,
  HOUR,
  kindOf,
  loaded,
  type Made,
  make,
  ofUser,
  plain,
  randomWord,
  rotate,
  sealed,
} from './session-requests.ts'
import type { RevokeReply } from './session-types.ts'
import { type SessionTest, sessionTest } from './session-stores.ts'

export const endTests: readonly SessionTest[] = [
  sessionTest('gives what was in it, and is remembered', async ({ store, other }) => {
    for (const address of [anonymous(), ofUser()]) {
      const fields = new Map([['cart', sealed()]])
      const made = await make(store, { address, fields })
      const before = await store.time(TIMEOUT)
      const ended = await end(other, made)
      expect(ended.kind === 'ended-now' && plain(ended.fields)).toEqual(plain(fields))
      expect(ended.kind === 'ended-now' && Uint8Array.from(ended.core)).toEqual(made.core)
      expect(ended.now).toBeGreaterThanOrEqual(before)
      for (const verifier of [made.verifier, randomWord()]) {
        const presented = { address, verifier }
        expect(await kindOf(store, presented)).toBe('ended')
        expect(await kindOf(store, presented, { readOnly: true })).toBe('ended')
        expect(await end(store, presented)).toMatchObject({ kind: 'ended' })
        expect(await commit(store, presented, [change('a', sealed())])).toMatchObject({ kind: 'ended' })
        expect(await rotate(store, presented)).toMatchObject({ kind: 'ended' })
      }
      expect(await store.create(creation({ address }), TIMEOUT)).toMatchObject({ kind: 'taken' })
    }
  }),

  sessionTest('leaves the index, and stays ended when it is revoked', async ({ store }) => {
    const address = ofUser()
    const made = await make(store, { address })
    await end(store, made)
    expect(await store.list(address.tag, TIMEOUT)).toEqual([])
    expect((await store.revoke({ addresses: [address] }, TIMEOUT)).sids).toEqual([])
    expect((await store.revokeAll({ tag: address.tag }, TIMEOUT)).sids).toEqual([])
    expect(await kindOf(store, made)).toBe('ended')
  }),

  sessionTest('is not for a stranger, and not for what is not there', async ({ store }) => {
    const made = await make(store)
    expect(await end(store, { ...made, verifier: 'v' })).toMatchObject({ kind: 'reuse' })
    expect(await kindOf(store, made)).toBe('loaded')
    for (const address of [anonymous(), ofUser()]) {
      expect(await end(store, { address, verifier: 'v' })).toMatchObject({ kind: 'missing' })
      expect(await kindOf(store, { address, verifier: 'v' })).toBe('missing')
    }
  }),

  sessionTest('is done with the next and with the previous secret, too', async ({ store }) => {
    const made = await make(store)
    await rotate(store, made, 'next')
    expect(await end(store, { ...made, verifier: 'next' })).toMatchObject({ kind: 'ended-now' })
    const another = await make(store)
    await rotate(store, another, 'next')
    await loaded(store, { ...another, verifier: 'next' })
    expect(await end(store, another)).toMatchObject({ kind: 'ended-now' })
    expect(await kindOf(store, { ...another, verifier: 'next' })).toBe('ended')
  }),
]

export const placeTests: readonly SessionTest[] = [
  sessionTest(
    'keeps the place of a record that has ended for the one that takes it, and for no other',
    async ({ store }) => {
      const tag = randomWord()
      const limit = { max: 1, onExceed: 'reject' } as const
      const made = await make(store, { address: ofUser(tag), limit })
      const { sid } = made.address
      expect(await end(store, made, { keepsPlace: true })).toMatchObject({ kind: 'ended-now' })
      expect([await kindOf(store, made), await store.list(tag, TIMEOUT)]).toEqual(['ended', []])
      const next = creation({ address: ofUser(tag), limit })
      expect(await store.create(next, TIMEOUT)).toMatchObject({ kind: 'rejected' })
      expect(await store.create({ ...next, placeOf: sid }, TIMEOUT)).toMatchObject({ kind: 'created', evicted: [] })
      expect((await store.list(tag, TIMEOUT)).map((record) => record.sid)).toEqual([next.address.sid])
      const again = creation({ address: ofUser(tag) })
      expect(await store.create({ ...again, placeOf: sid }, TIMEOUT)).toMatchObject({ kind: 'revoked' })
      expect(await kindOf(store, again)).toBe('missing')
    },
  ),

  sessionTest('has no place where it was not kept, and none that a revocation took', async ({ store }) => {
    const revocations: readonly ((made: Made, tag: string) => Promise<RevokeReply | undefined>)[] = [
      async () => undefined,
      async (made) => await store.revoke({ addresses: [made.address] }, TIMEOUT),
      async (_, tag) => await store.revokeAll({ tag }, TIMEOUT),
      async (_, tag) => await store.revokeAll({ tag, except: randomWord() }, TIMEOUT),
    ]
    for (const [n, revoke] of revocations.entries()) {
      const tag = randomWord()
      const made = await make(store, { address: ofUser(tag) })
      await end(store, made, { keepsPlace: n > 0 })
      const reply = await revoke(made, tag)
      expect(reply?.sids).toEqual(n > 0 ? [made.address.sid] : undefined)
      const next = creation({ address: ofUser(tag), placeOf: made.address.sid })
      expect(await store.create(next, TIMEOUT)).toMatchObject({ kind: 'revoked' })
      expect(await store.list(tag, TIMEOUT)).toEqual([])
      await make(store, { address: ofUser(tag) })
    }
  }),
]

export const revocationTests: readonly SessionTest[] = [
  sessionTest('ends those that are named, of any users and of nobody', async ({ store, other }) => {
    const tag = randomWord()
    const [one, two, left] = [
      await make(store, { address: ofUser(tag) }),
      await make(store),
      await make(store, { address: ofUser(tag) }),
    ]
    const visitors = [await make(store, { address: anonymous() }), await make(store, { address: anonymous() })]
    const gone = [one, two, ...visitors]
    const addresses = [...gone.map(({ address }) => address), ofUser(tag), ofUser(), anonymous()]
    const before = await store.time(TIMEOUT)
    const reply = await other.revoke({ addresses }, TIMEOUT)
    expect([...reply.sids].sort()).toEqual(gone.map(({ address }) => address.sid).sort())
    expect(reply.replicas).toBeUndefined()
    expect(reply.now).toBeGreaterThanOrEqual(before)
    for (const each of gone) {
      expect(await kindOf(store, each)).toBe('missing')
      expect(await commit(store, each, [change('a', sealed())])).toMatchObject({ kind: 'missing' })
      expect(await rotate(store, each)).toMatchObject({ kind: 'missing' })
      expect(await end(store, each)).toMatchObject({ kind: 'missing' })
      expect(await kindOf(store, each)).toBe('missing')
    }
    expect(await kindOf(store, left)).toBe('loaded')
    expect((await other.revoke({ addresses }, TIMEOUT)).sids).toEqual([])
    expect((await other.revoke({ addresses: [] }, TIMEOUT)).sids).toEqual([])
  }),

  sessionTest('of all of a user ends them, and no other', async ({ store, other }) => {
    const tag = randomWord()
    const mine = await Promise.all(Array.from({ length: 5 }, async () => await make(store, { address: ofUser(tag) })))
    const theirs = await make(store)
    const reply = await other.revokeAll({ tag }, TIMEOUT)
    expect([...reply.sids].sort()).toEqual(mine.map(({ address }) => address.sid).sort())
    for (const each of mine) expect(['missing', 'revoked']).toContain(await kindOf(store, each))
    expect(await store.list(tag, TIMEOUT)).toEqual([])
    expect(await kindOf(store, theirs)).toBe('loaded')
    expect((await other.revokeAll({ tag }, TIMEOUT)).sids).toEqual([])
  }),

  sessionTest('of all others of a user leaves one, as it was', async ({ store }) => {
    const tag = randomWord()
    const made = await Promise.all(Array.from({ length: 5 }, async () => await make(store, { address: ofUser(tag) })))
    const [left, ...gone] = made
    const except = left?.address.sid ?? ''
    const before = (await store.list(tag, TIMEOUT)).find(({ sid }) => sid === except)
    const { sids } = await store.revokeAll({ tag, except }, TIMEOUT)
    expect([...sids].sort()).toEqual(gone.map(({ address }) => address.sid).sort())
    expect(await store.list(tag, TIMEOUT)).toEqual([before])
    expect(left && (await kindOf(store, left, { touchAfter: 0 }))).toBe('loaded')
    for (const each of gone) expect(['missing', 'revoked']).toContain(await kindOf(store, each))
    // One that is not there is nobody who could be left.
    expect((await store.revokeAll({ tag, except: randomWord() }, TIMEOUT)).sids).toEqual([except])
  }),

  sessionTest('does not count those that ended by themselves', async ({ store }) => {
    const tag = randomWord()
    const [short, long] = [ofUser(tag), ofUser(tag)]
    await make(store, { address: short, idle: 50 })
    await make(store, { address: long })
    await setTimeout(80)
    expect((await store.revoke({ addresses: [short] }, TIMEOUT)).sids).toEqual([])
    await make(store, { address: ofUser(tag), idle: 50 })
    await setTimeout(80)
    expect((await store.revokeAll({ tag }, TIMEOUT)).sids).toEqual([long.sid])
  }),

  sessionTest('says how many replicas have it, where that is asked', async ({ store }) => {
    const durability = { replicas: 1, within: 20 }
    const address = ofUser()
    const created = await store.create(creation({ address, durability }), TIMEOUT)
    expect(created.kind === 'created' && created.replicas).toBeGreaterThanOrEqual(0)
    const [one, all] = [
      await store.revoke({ addresses: [address], durability }, TIMEOUT),
      await store.revokeAll({ tag: address.tag, durability }, TIMEOUT),
    ]
    expect(one.sids).toEqual([address.sid])
    for (const { replicas } of [one, all]) expect(replicas).toBeGreaterThanOrEqual(0)
  }),

  sessionTest('is gone from the list, which has what there is, by its end', async ({ store }) => {
    const tag = randomWord()
    const made = await Promise.all(
      [3, 1, 2].map(async (hours) => await make(store, { address: ofUser(tag), idle: hours * HOUR })),
    )
    const [three, one, two] = made.map(({ address }) => address)
    const sids = (await store.list(tag, TIMEOUT)).map(({ sid }) => sid)
    expect(sids).toEqual([one?.sid, two?.sid, three?.sid])
    if (two) await store.revoke({ addresses: [two] }, TIMEOUT)
    expect((await store.list(tag, TIMEOUT)).map(({ sid }) => sid)).toEqual([one?.sid, three?.sid])
  }),
]
