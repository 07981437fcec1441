import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import { eventually, randomApp } from '../stores.ts'
import {
  anonymous,
  creation,
  HOUR,
  kindOf,
  loaded,
  make,
  NEVER,
  ofUser,
  plain,
  randomWord,
  sealed,
} from './session-requests.ts'
import { type SessionTest, sessionTest } from './session-stores.ts'

export const creationTests: readonly SessionTest[] = [
  sessionTest('is read as it was stored', async ({ store, other }) => {
    for (const address of [anonymous(), ofUser()]) {
      const fields = new Map([
        ['cart', sealed()],
        ['a.b:c-d', sealed(1000)],
      ])
      const before = await store.time(TIMEOUT)
      const made = await make(store, { address, fields, idle: HOUR, absolute: before + 2 * HOUR })
      const record = await loaded(other, made)
      expect(plain(record.fields)).toEqual(plain(fields))
      expect(Uint8Array.from(record.core)).toEqual(made.core)
      expect(record).toMatchObject({ secret: 'current', next: undefined, noted: false, promoted: false })
      expect(record).toMatchObject({ idle: HOUR, absolute: before + 2 * HOUR })
      expect(record.created).toBeGreaterThanOrEqual(before)
      expect(record).toMatchObject({ touched: record.created, rotated: record.created })
      expect(record.now).toBeGreaterThanOrEqual(record.created)
    }
  }),

  sessionTest('does not take the place of another one', async ({ store, other }) => {
    for (const address of [anonymous(), ofUser()]) {
      const made = await make(store, { address })
      expect(await other.create(creation({ address }), TIMEOUT)).toMatchObject({ kind: 'taken' })
      expect((await loaded(other, made)).core.length).toBe(made.core.length)
    }
  }),

  sessionTest('of bytes that change later is what it was', async ({ store }) => {
    const [core, cart] = [sealed(), sealed()]
    const [coreBefore, cartBefore] = [core.slice(), cart.slice()]
    const created = store.create(
      creation({ address: anonymous('x'), verifier: 'v', core, fields: new Map([['cart', cart]]) }),
      TIMEOUT,
    )
    core.fill(0)
    cart.fill(0)
    await created
    const made = { address: anonymous('x'), verifier: 'v' }
    const first = await loaded(store, made)
    expect(Uint8Array.from(first.core)).toEqual(coreBefore)
    first.core.fill(0)
    first.fields.get('cart')?.fill(0)
    const second = await loaded(store, made)
    expect(Uint8Array.from(second.core)).toEqual(coreBefore)
    expect(plain(second.fields)).toEqual({ cart: cartBefore })
  }),

  sessionTest('is not made too late', async ({ store }) => {
    const now = await store.time(TIMEOUT)
    const address = ofUser()
    const request = creation({ address, until: now - 1 })
    expect(await store.create(request, TIMEOUT)).toMatchObject({ kind: 'late' })
    expect(await kindOf(store, request)).toBe('missing')
    expect(await store.list(address.tag, TIMEOUT)).toEqual([])
  }),

  sessionTest('ends when it is not used', async ({ store }) => {
    const ends = async (address: ReturnType<typeof anonymous> | ReturnType<typeof ofUser>): Promise<void> => {
      const made = await make(store, { address, idle: 1000 })
      expect(await kindOf(store, made)).toBe('loaded')
      await eventually(async () => (await kindOf(store, made)) === 'missing', 'the end of an idle session')
      if (address.kind === 'user') expect(await store.list(address.tag, TIMEOUT)).toEqual([])
    }
    await Promise.all([ends(anonymous()), ends(ofUser())])
  }),

  sessionTest('ends at its absolute end, however much it is used', async ({ store }) => {
    const made = await make(store, { absolute: (await store.time(TIMEOUT)) + 300 })
    for (let n = 0; n < 10; n += 1) {
      await kindOf(store, made, { touchAfter: 0 })
      await setTimeout(50)
    }
    expect(['missing', 'expired']).toContain(await kindOf(store, made, { touchAfter: 0 }))
  }),

  sessionTest('is of one app, one namespace, one user and one kind', async ({ store, open }) => {
    const sid = randomWord()
    const made = await make(store, { address: ofUser('tag', sid) })
    expect(await kindOf(open({ app: randomApp() }), made)).toBe('missing')
    expect(await kindOf(open({ namespace: 'admin' }), made)).toBe('missing')
    expect(await kindOf(store, { ...made, address: ofUser('another', sid) })).toBe('missing')
    expect(await kindOf(store, { ...made, address: anonymous(sid) })).toBe('missing')
    expect(await kindOf(open(), made)).toBe('loaded')
  }),

  sessionTest('of another place does not count for the limit of a user', async ({ store, open }) => {
    const limit = { max: 1, onExceed: 'reject' } as const
    await make(store, { address: ofUser('tag'), limit })
    await make(open({ namespace: 'admin' }), { address: ofUser('tag'), limit })
    await make(store, { address: ofUser('another'), limit })
    const more = creation({ address: ofUser('tag'), limit, absolute: NEVER })
    expect(await store.create(more, TIMEOUT)).toMatchObject({ kind: 'rejected' })
  }),
]
