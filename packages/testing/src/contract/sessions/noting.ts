import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import { HOUR, randomWord } from './session-requests.ts'
import { type SessionTest, sessionTest } from './session-stores.ts'
import type { Activity } from './session-types.ts'

const NOBODY = { desktop: 0, mobile: 0, tablet: 0, bot: 0, other: 0 }

export const noteTests: readonly SessionTest[] = [
  sessionTest('is nothing where nothing was noted', async ({ store }) => {
    const createdPerMinute = Array.from({ length: 60 }, () => 0)
    await store.note([], TIMEOUT)
    const empty = { active: 0, byDevice: NOBODY, recent: 0, averageLength: undefined, createdPerMinute }
    expect(await store.statistics({ within: HOUR }, TIMEOUT)).toEqual(empty)
  }),

  sessionTest('counts sessions by their devices, each once, until they have ended', async ({ store, other, open }) => {
    const begun = (await store.time(TIMEOUT)) - HOUR
    const expires = begun + 2 * HOUR
    const sids = Array.from({ length: 30 }, randomWord)
    const created = sids.map((sid, n): Activity => ({
      kind: 'created',
      sid,
      device: n < 20 ? 'mobile' : 'bot',
      created: begun,
      expires,
    }))
    await store.note(created, TIMEOUT)
    const used = sids
      .slice(0, 5)
      .map((sid): Activity => ({ kind: 'used', sid, device: 'mobile', created: begun, expires: expires + 1 }))
    await other.note([...used, { kind: 'used', sid: randomWord(), device: 'tablet', created: begun, expires }], TIMEOUT)
    const { createdPerMinute, averageLength = 0, ...rest } = await store.statistics({ within: HOUR }, TIMEOUT)
    expect(rest).toEqual({ active: 31, recent: 31, byDevice: { ...NOBODY, mobile: 20, bot: 10, tablet: 1 } })
    // What was used now began an hour ago.
    expect(averageLength).toBeGreaterThanOrEqual(HOUR)
    expect(averageLength).toBeLessThan(HOUR + 60_000)
    expect(createdPerMinute).toHaveLength(60)
    expect(createdPerMinute.slice(0, 58).every((count) => count === 0)).toBe(true)
    expect((createdPerMinute[58] ?? 0) + (createdPerMinute[59] ?? 0)).toBe(30)
    const ended = sids.slice(0, 4).map((sid): Activity => ({ kind: 'ended', sid }))
    await store.note(ended, TIMEOUT)
    const after = await other.statistics({ within: HOUR }, TIMEOUT)
    expect(after).toMatchObject({ active: 27, recent: 27, byDevice: { mobile: 16 } })
    // What another process noted before the end, and tells after it.
    await other.note(used, TIMEOUT)
    expect(await store.statistics({ within: HOUR }, TIMEOUT)).toMatchObject({ active: 27, byDevice: { mobile: 16 } })
    expect(await open({ namespace: 'admin' }).statistics({ within: HOUR }, TIMEOUT)).toMatchObject({ active: 0 })
  }),

  sessionTest('knows those that were used lately, and forgets those that ended by themselves', async ({ store }) => {
    const now = await store.time(TIMEOUT)
    const [short, long] = [randomWord(), randomWord()]
    const device = 'desktop'
    await store.note([{ kind: 'used', sid: short, device, created: now, expires: now + 400 }], TIMEOUT)
    await store.note([{ kind: 'used', sid: long, device, created: now, expires: now + HOUR }], TIMEOUT)
    await setTimeout(600)
    const before = await store.statistics({ within: 300 }, TIMEOUT)
    expect(before).toMatchObject({ active: 1, recent: 0, byDevice: { desktop: 1 } })
    expect(await store.statistics({ within: HOUR }, TIMEOUT)).toMatchObject({ active: 1, recent: 1 })
    await store.note([{ kind: 'used', sid: long, device, created: now, expires: now + HOUR }], TIMEOUT)
    expect(await store.statistics({ within: 10_000 }, TIMEOUT)).toMatchObject({ active: 1, recent: 1 })
  }),
]
