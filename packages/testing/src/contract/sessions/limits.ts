import { setTimeout } from 'node:timers/promises'
import { systemClock } from '@redstart/core'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import { anonymous, creation, end, HOUR, kindOf, make, ofUser, randomWord } from './session-requests.ts'
import { type SessionTest, sessionTest } from './session-stores.ts'

const EVICT = 'evict-soonest-to-expire'

export const limitTests: readonly SessionTest[] = [
  sessionTest('evicts what ends soonest', async ({ store, other }) => {
    const tag = randomWord()
    const limit = { max: 3, onExceed: EVICT } as const
    const made = []
    for (const hours of [2, 1, 3]) made.push(await make(store, { address: ofUser(tag), idle: hours * HOUR, limit }))
    const fourth = creation({ address: ofUser(tag), idle: 4 * HOUR, limit })
    const reply = await other.create(fourth, TIMEOUT)
    expect(reply).toMatchObject({ kind: 'created', evicted: [made[1]?.address.sid] })
    const kinds = await Promise.all(made.map(async (each) => await kindOf(store, each)))
    expect(kinds.map((kind) => kind === 'loaded')).toEqual([true, false, true])
    expect(await kindOf(store, fourth)).toBe('loaded')
  }),

  sessionTest('that was lowered evicts as many as there are too many', async ({ store }) => {
    const tag = randomWord()
    for (let n = 1; n <= 5; n += 1) await make(store, { address: ofUser(tag), idle: n * HOUR })
    const limit = { max: 2, onExceed: EVICT } as const
    const reply = await store.create(creation({ address: ofUser(tag), idle: 9 * HOUR, limit }), TIMEOUT)
    expect(reply.kind === 'created' && reply.evicted).toHaveLength(4)
    expect(await store.list(tag, TIMEOUT)).toHaveLength(2)
  }),

  sessionTest('rejects, until one of them has ended', async ({ store }) => {
    const tag = randomWord()
    const limit = { max: 2, onExceed: 'reject' } as const
    const [first] = [
      await make(store, { address: ofUser(tag), limit }),
      await make(store, { address: ofUser(tag), limit }),
    ]
    const third = creation({ address: ofUser(tag), limit })
    expect(await store.create(third, TIMEOUT)).toMatchObject({ kind: 'rejected' })
    expect(await kindOf(store, third)).toBe('missing')
    expect(await store.list(tag, TIMEOUT)).toHaveLength(2)
    await end(store, first)
    expect(await store.create(third, TIMEOUT)).toMatchObject({ kind: 'created' })
  }),

  sessionTest('does not count those that ended by themselves', async ({ store }) => {
    const tag = randomWord()
    const limit = { max: 2, onExceed: 'reject' } as const
    await make(store, { address: ofUser(tag), limit })
    await make(store, { address: ofUser(tag), limit, idle: 50 })
    await setTimeout(80)
    expect(await store.create(creation({ address: ofUser(tag), limit }), TIMEOUT)).toMatchObject({ evicted: [] })
    expect(await store.create(creation({ address: ofUser(tag), limit }), TIMEOUT)).toMatchObject({ kind: 'rejected' })
  }),

  sessionTest('is held by log-ins at the same time', async ({ store, other }) => {
    const tag = randomWord()
    const limit = { max: 3, onExceed: EVICT } as const
    const requests = Array.from({ length: 100 }, () => creation({ address: ofUser(tag), limit }))
    const replies = await Promise.all(
      requests.map(async (each, n) => await (n % 2 ? store : other).create(each, TIMEOUT)),
    )
    for (const { kind } of replies) expect(kind).toBe('created')
    expect(await store.list(tag, TIMEOUT)).toHaveLength(3)
    const kinds = await Promise.all(requests.map(async (each) => await kindOf(store, each)))
    expect(kinds.filter((kind) => kind === 'loaded')).toHaveLength(3)
  }),

  sessionTest('that rejects is held by log-ins at the same time', async ({ store, other }) => {
    const tag = randomWord()
    const limit = { max: 3, onExceed: 'reject' } as const
    const requests = Array.from({ length: 100 }, () => creation({ address: ofUser(tag), limit }))
    const replies = await Promise.all(
      requests.map(async (each, n) => await (n % 2 ? store : other).create(each, TIMEOUT)),
    )
    expect(replies.filter(({ kind }) => kind === 'created')).toHaveLength(3)
    expect(await store.list(tag, TIMEOUT)).toHaveLength(3)
  }),
]

export const admissionTests: readonly SessionTest[] = [
  sessionTest('is given so often, and no more', async ({ store, other }) => {
    const [client, limit, window] = [randomWord(), 5, HOUR]
    const asked = await Promise.all(
      Array.from(
        { length: 20 },
        async (_, n) => await (n % 2 ? store : other).admit({ client, limit, window }, TIMEOUT),
      ),
    )
    expect(asked.filter(Boolean)).toHaveLength(5)
    expect(await store.admit({ client: randomWord(), limit, window }, TIMEOUT)).toBe(true)
  }),

  sessionTest('is given again when the window has passed, and never too often within one', async ({ store }) => {
    const [clock, client, limit, window] = [systemClock(), randomWord(), 3, 300]
    const given: { readonly asked: number; readonly told: number }[] = []
    for (let n = 0; n < 100; n += 1) {
      const asked = clock.now()
      if (await store.admit({ client, limit, window }, TIMEOUT)) given.push({ asked, told: clock.now() })
      // The first one long before the others, so that they do not leave together.
      await setTimeout(n === 0 ? 200 : 10)
    }
    expect(given.length).toBeGreaterThan(2 * limit)
    // Of four in a row the first and the last are further apart, however long the ways to the backend took.
    for (const [n, { asked }] of given.entries()) {
      const fourth = given[n + limit]
      if (fourth !== undefined) expect(fourth.told - asked).toBeGreaterThan(window / 2)
    }
  }),

  sessionTest('is of one namespace, and no session', async ({ store, open }) => {
    const request = { client: randomWord(), limit: 1, window: HOUR }
    expect(await store.admit(request, TIMEOUT)).toBe(true)
    expect(await store.admit(request, TIMEOUT)).toBe(false)
    expect(await open({ namespace: 'admin' }).admit(request, TIMEOUT)).toBe(true)
    expect(await kindOf(store, { address: anonymous(request.client), verifier: 'v' })).toBe('missing')
  }),
]
