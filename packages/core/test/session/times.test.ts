import { type ManualClock, manualClock } from '@redstart/testing'
import { afterAll, describe, expect, it } from 'vitest'
import type { SessionOptions } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { type Browser, closeAll, codeOf, openInstance, type Opened, times } from './browser.ts'

afterAll(closeAll)

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function opening(sessions: SessionOptions = {}): {
  readonly clock: ManualClock
  readonly opened: Opened
  readonly browser: Browser
} {
  const clock = manualClock(1000)
  const opened = openInstance(memory(), { clock, sessions })
  return { clock, opened, browser: opened.browser() }
}

describe('a session that is not used', () => {
  it.each(['log-in', 'visit'])('ends after its idle time, to the millisecond: of a %s', async (kind) => {
    const { clock, browser } = opening()
    const begin = async (): Promise<void> => {
      browser.cookie = undefined
      await browser.request(async (session) => {
        session['a'] = 1
        if (kind === 'log-in') await session.login(1)
      })
    }
    await begin()
    clock.advance(30 * MINUTE - 1)
    expect(await browser.read('a')).toBe(1)
    clock.advance(30 * MINUTE - 1)
    expect(await browser.read('a')).toBe(1)
    clock.advance(30 * MINUTE)
    expect(await browser.read('a')).toBeUndefined()
    await begin()
    clock.advance(30 * MINUTE)
    expect(await browser.read('a')).toBeUndefined()
  })

  it('is noted as used at most once a minute, and lives on from what was noted', async () => {
    const { clock, browser, opened } = opening()
    await browser.login(1)
    const lastUsed = async (): Promise<number> => (await opened.sessions.user(1).list())[0]?.lastUsed.getTime() ?? 0
    const begun = await lastUsed()
    clock.advance(MINUTE - 1)
    await browser.userId()
    expect(await lastUsed()).toBe(begun)
    clock.advance(1)
    await browser.userId()
    expect(await lastUsed()).toBe(begun + MINUTE)
  })

  it('that a request does not touch ends as if there had been none', async () => {
    const { clock, browser, opened } = opening()
    await browser.login(1)
    for (const _ of times(29, () => 0)) {
      clock.advance(MINUTE)
      await opened.sessions.open([browser.cookie ?? ''], {}, { touch: false })
      await opened.sessions.introspect(browser.cookie ?? '')
    }
    expect((await opened.sessions.introspect(browser.cookie ?? '')).active).toBe(true)
    clock.advance(MINUTE)
    expect(await browser.userId()).toBeUndefined()
  })
})

describe('a session that is used', () => {
  it('ends at its absolute end, to the millisecond', async () => {
    const { clock, browser } = opening()
    await browser.login(1)
    for (const _ of times(24 * 60 - 1, () => 0)) {
      clock.advance(MINUTE)
      await browser.userId()
    }
    clock.advance(MINUTE - 1)
    expect(await browser.userId()).toBe('1')
    clock.advance(1)
    expect(await browser.send((session) => session.userId)).toMatchObject({ value: undefined, refused: 'missing' })
  })

  it('that is remembered lives for days, and its cookie outlives the browser', async () => {
    const { clock, browser } = opening()
    const { cookie } = await browser.login(1, { remember: true })
    expect(cookie).toMatchObject({ maxAge: 90 * DAY })
    for (const _ of times(4, () => 0)) {
      clock.advance(29 * DAY - MINUTE)
      const alive = await browser.userId()
      expect(alive).toBe(clock.now() < 90 * DAY ? '1' : undefined)
    }
    browser.cookie = undefined
    expect((await browser.login(2)).cookie).toMatchObject({ maxAge: undefined })
  })

  it('is touched often enough for the shortest idle time, and a touchAfter that is too long is refused', async () => {
    const { clock, browser } = opening({ remember: { idle: '10s', absolute: '1h' } })
    await browser.login(1, { remember: true })
    for (const _ of times(20, () => 0)) {
      clock.advance(9000)
      expect(await browser.userId()).toBe('1')
    }
    for (const sessions of [
      { idle: '1m', touchAfter: '31s' },
      { touchAfter: '6m', remember: { idle: '10m' } },
    ] as const)
      expect(await codeOf((async () => openInstance(memory(), { sessions }))())).toBe('INVALID_ARGUMENT')
  })

  it('tells by its own time how long ago the log-in was, whatever the clock of this process says', async () => {
    const place = memory()
    const clock = manualClock(1000)
    const one = openInstance(place, { clock })
    const skewed = manualClock(1000 + HOUR)
    const two = openInstance(place, { clock: skewed, app: one.app })
    const browser = one.browser()
    await browser.login(1)
    const pass = (ms: number): void => [clock, skewed].forEach((each) => each.advance(ms))
    const fresh = async (): Promise<unknown> =>
      await codeOf(browser.copy(two.sessions).send((session) => session.requireFresh('5m')))
    pass(5 * MINUTE)
    expect(await fresh()).toBeUndefined()
    pass(1)
    expect(await fresh()).toBe('NOT_FRESH')
    pass(25 * MINUTE - 2)
    expect(await browser.copy(two.sessions).userId()).toBe('1')
    pass(30 * MINUTE)
    expect(await browser.copy(two.sessions).userId()).toBeUndefined()
  })
})

describe('a secret that was replaced', () => {
  async function replaced(sessions: SessionOptions): Promise<ReturnType<typeof opening> & { readonly old: Browser }> {
    const all = opening({ grace: '30s', ...sessions })
    const { browser, clock } = all
    await browser.login(1)
    const old = browser.copy()
    clock.advance(1000)
    await browser.request(async (session) => await session.rotate())
    // The one before is the current one until the next one comes.
    clock.advance(MINUTE)
    expect(await old.copy().userId()).toBe('1')
    expect(await browser.userId()).toBe('1')
    return { ...all, old }
  }

  it('is good until its time is over, and an alarm from then on', async () => {
    const { clock, old, opened, browser } = await replaced({})
    clock.advance(29_999)
    expect(await old.copy().send((session) => session.userId)).toMatchObject({ value: '1', cookie: undefined })
    clock.advance(1)
    expect(await old.copy().send((session) => session.userId)).toMatchObject({
      value: undefined,
      refused: 'reuse',
      cookie: undefined,
    })
    expect(opened.of('session.reuse')).toHaveLength(1)
    expect(await browser.userId()).toBe('1')
    // Whoever has an old cookie can sign in all the same.
    await old.login(2)
    expect(await old.userId()).toBe('2')
  })

  it('ends the session where the policy says so, but for whoever only asks', async () => {
    const { clock, old, opened, browser } = await replaced({ onReuse: 'revoke' })
    clock.advance(30_000)
    expect(await opened.sessions.introspect(old.cookie ?? '')).toEqual({ active: false })
    expect(await browser.userId()).toBe('1')
    await old.userId()
    expect(await browser.userId()).toBeUndefined()
    expect(opened.of('session.ended').map(({ reason }) => reason)).toEqual(['reuse'])
  })

  it('is due every four hours of a signed-in user, and never of a visitor', async () => {
    const { clock, browser, opened } = opening({ idle: '12h' })
    await browser.login(1)
    const visitor = opened.browser()
    await visitor.request((session) => (session['a'] = 1))
    clock.advance(4 * HOUR - 1)
    expect((await browser.request((session) => session.userId)).cookie).toBeUndefined()
    clock.advance(1)
    expect((await browser.request((session) => session.userId)).cookie).toMatchObject({ kind: 'set' })
    expect((await visitor.request((session) => session['a'])).cookie).toBeUndefined()
    expect(await browser.userId()).toBe('1')
  })
})

describe('what waits', () => {
  it('is bounded: nothing is left when an instance is closed', async () => {
    const { clock, browser, opened } = opening()
    await browser.login(1)
    browser.cookie = 'x'
    await browser.userId()
    await opened.close()
    expect(clock.pending()).toBe(0)
    expect(await codeOf(browser.userId())).toBe('CLOSED')
  })
})

describe('a session that is extended', () => {
  it('ends after its own idle time from then on, to the millisecond, and at its absolute end all the same', async () => {
    const { clock, browser } = opening({ absolute: '10h' })
    await browser.request(async (session) => {
      await session.login(1)
      session['a'] = 1
      await session.extend('4h')
    })
    clock.advance(4 * HOUR - 1)
    expect(await browser.read('a')).toBe(1)
    clock.advance(4 * HOUR - 1)
    expect(await browser.read('a')).toBe(1)
    clock.advance(2 * HOUR + 2)
    expect(await browser.read('a')).toBeUndefined()
  })

  it('may be one of nobody, with nothing in it', async () => {
    const { clock, browser } = opening()
    await browser.request((session) => session.extend('2h'))
    clock.advance(2 * HOUR - 1)
    const { value: id } = await browser.request((session) => session.id)
    clock.advance(2 * HOUR - 1)
    expect((await browser.request((session) => session.id)).value).toBe(id)
    clock.advance(2 * HOUR)
    expect((await browser.request((session) => session.id)).value).not.toBe(id)
  })

  it('can be given less time too', async () => {
    const { clock, browser } = opening()
    await browser.request(async (session) => {
      session['a'] = 1
      await session.extend('1m')
    })
    clock.advance(MINUTE)
    expect(await browser.read('a')).toBeUndefined()
  })

  it.each([0, -1, Number.NaN, '2 hours', null])('refuses %j, and goes on as it was', async (idle) => {
    const { browser } = opening()
    const { value: code } = await browser.request(async (session) => {
      session['a'] = 1
      return await codeOf(session.extend(idle as never)) // what types forbid
    })
    expect(code).toBe('INVALID_ARGUMENT')
    expect(await browser.read('a')).toBe(1)
  })
})
