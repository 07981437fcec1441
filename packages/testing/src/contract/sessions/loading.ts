import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import { anonymous, HOUR, kindOf, loaded, make, ofUser, randomWord, rotate, sealed } from './session-requests.ts'
import { type SessionTest, sessionTest } from './session-stores.ts'

export const loadTests: readonly SessionTest[] = [
  sessionTest('of a record that is not there says so', async ({ store }) => {
    for (const address of [anonymous(), ofUser()]) {
      const before = await store.time(TIMEOUT)
      const reply = await store.load({ address, verifier: 'v', readOnly: false, grace: 0 }, TIMEOUT)
      expect(reply.kind).toBe('missing')
      expect(reply.now).toBeGreaterThanOrEqual(before)
    }
  }),

  sessionTest('with another secret gets nothing', async ({ store }) => {
    for (const address of [anonymous(), ofUser()]) {
      const made = await make(store, { address, fields: new Map([['cart', sealed()]]) })
      for (const readOnly of [false, true]) {
        const reply = await store.load({ address, verifier: randomWord(), readOnly, grace: HOUR }, TIMEOUT)
        expect(reply).toEqual({ kind: 'reuse', now: reply.now })
      }
      expect(await kindOf(store, made)).toBe('loaded')
    }
  }),

  sessionTest('notes a use when that is due', async ({ store, other }) => {
    const made = await make(store)
    await setTimeout(20)
    const unnoted = await loaded(store, made)
    expect(unnoted).toMatchObject({ noted: false, touched: unnoted.created })
    expect(await loaded(store, made, { touchAfter: HOUR })).toMatchObject({ noted: false, touched: unnoted.created })
    const noted = await loaded(other, made, { touchAfter: 10 })
    expect(noted).toMatchObject({ noted: true, touched: noted.now })
    expect(await loaded(store, made, { touchAfter: HOUR })).toMatchObject({ noted: false, touched: noted.now })
  }),

  sessionTest('notes a use after a tenth of the idle time at the latest', async ({ store }) => {
    const made = await make(store, { idle: 6000 })
    await setTimeout(650)
    expect(await loaded(store, made)).toMatchObject({ noted: false })
    expect(await loaded(store, made, { touchAfter: HOUR })).toMatchObject({ noted: true })
    expect(await loaded(store, made, { touchAfter: HOUR, readOnly: true })).toMatchObject({ noted: false })
  }),

  sessionTest('that notes a use lets the record live on', async ({ store }) => {
    const address = ofUser()
    const used = await make(store, { address, idle: 1500 })
    const unused = await make(store, { address: ofUser(address.tag), idle: 1500 })
    for (let n = 0; n < 3; n += 1) {
      await setTimeout(700)
      expect(await kindOf(store, used, { touchAfter: 0 })).toBe('loaded')
      await kindOf(store, unused)
    }
    expect(await kindOf(store, unused)).toBe('missing')
    expect((await store.list(address.tag, TIMEOUT)).map(({ sid }) => sid)).toEqual([address.sid])
  }),

  sessionTest('that is read-only changes nothing', async ({ store, other }) => {
    const made = await make(store)
    const next = randomWord()
    await rotate(store, made, next)
    const readOnly = { readOnly: true, touchAfter: 0 }
    expect(await loaded(other, { ...made, verifier: next }, readOnly)).toMatchObject({
      secret: 'current',
      next: undefined,
      noted: false,
      promoted: false,
    })
    expect(await loaded(store, made, readOnly)).toMatchObject({ secret: 'current', noted: false })
  }),

  sessionTest('tells of the record when it ends', async ({ store }) => {
    const address = ofUser()
    const made = await make(store, { address, idle: HOUR, absolute: (await store.time(TIMEOUT)) + 10 * HOUR })
    const { created, absolute } = await loaded(store, made)
    await setTimeout(20)
    const { touched } = await loaded(store, made, { touchAfter: 0 })
    const [listed] = await store.list(address.tag, TIMEOUT)
    expect(listed).toMatchObject({ sid: address.sid, created, touched, absolute, expires: touched + HOUR })
    expect(Uint8Array.from(listed?.core ?? [])).toEqual(made.core)
  }),
]
