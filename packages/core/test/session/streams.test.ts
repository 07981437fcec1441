import { type ManualClock, manualClock } from '@redstart/testing'
import { afterAll, describe, expect, it } from 'vitest'
import type { RequestSession, Session, SessionOptions } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { type Browser, closeAll, codeOf, openInstance, type Opened } from './browser.ts'

afterAll(closeAll)

const MINUTE = 60_000
const HOUR = 60 * MINUTE

interface Stream {
  readonly request: RequestSession
  readonly session: Session
  readonly stop: () => void
}

interface Setting {
  readonly clock: ManualClock
  readonly opened: Opened
  readonly browser: Browser
  stream(): Promise<Stream>
  /** Lets time pass in which the browser goes on asking. */
  pass(ms: number): Promise<void>
}

async function setting(sessions: SessionOptions = {}): Promise<Setting> {
  const clock = manualClock(1000)
  const opened = openInstance(memory(), { clock, sessions: { absolute: '7d', ...sessions } })
  const browser = opened.browser()
  await browser.login(1)
  return {
    ...{ clock, opened, browser },
    async stream() {
      const request = await opened.sessions.open([browser.cookie ?? ''], {})
      if (request.session === undefined) throw new Error('there is no session')
      await request.commit({ last: true })
      return { request, session: request.session, stop: request.streams() }
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += 5 * MINUTE) {
        await clock.advanceAsync(5 * MINUTE)
        expect(await browser.userId()).toBe('1')
      }
    },
  }
}

describe('a stream that lasts longer than the secret it came with', () => {
  it('stores what it changes at its end, however often the secret was replaced', async () => {
    const { opened, browser, stream, pass } = await setting()
    for (const hours of [5, 9, 30]) {
      const { request, session, stop } = await stream()
      await pass(hours * HOUR)
      session['seen'] = hours
      stop()
      await request.commitLate()
      expect([hours, await browser.read('seen')]).toEqual([hours, hours])
    }
    expect([opened.of('session.lost'), opened.of('session.reuse')]).toEqual([[], []])
    expect(opened.of('session.rotated').filter(({ phase }) => phase === 'taken').length).toBeGreaterThan(5)
  })

  it('saves, updates, reloads and lives longer in the midst of it', async () => {
    const { browser, stream, pass } = await setting()
    const { session, stop } = await stream()
    await pass(5 * HOUR)
    session['a'] = 1
    await session.save()
    await session.update('b', () => 2)
    await browser.request((other) => (other['c'] = 3))
    await session.reload()
    expect(session['c']).toBe(3)
    await session.extend('2h')
    await pass(5 * HOUR)
    session['d'] = 4
    await session.save()
    stop()
    const { value } = await browser.request((other) => Object.fromEntries(Object.entries(other)))
    expect(value).toEqual({ a: 1, b: 2, c: 3, d: 4 })
  })

  it('knows the secret that its own head has told', async () => {
    const { clock, browser, stream, opened } = await setting()
    for (let passed = 0; passed < 4 * HOUR; passed += 20 * MINUTE) {
      await clock.advanceAsync(20 * MINUTE)
      await browser.copy().send(() => undefined)
    }
    await browser.copy().send((session) => (session['a'] = 1))
    const { request, session, stop } = await stream()
    browser.receive(request)
    await browser.userId()
    await clock.advanceAsync(MINUTE)
    session['b'] = 2
    stop()
    await request.commitLate()
    expect([await browser.read('b'), opened.of('session.lost')]).toEqual([2, []])
  })

  it('puts no secret into use that the browser was not told', async () => {
    const { clock, browser, stream, opened } = await setting({ idle: '7d', rotateEvery: '1h' })
    const { session, stop } = await stream()
    await clock.advanceAsync(10 * HOUR)
    session['a'] = 1
    await session.save()
    stop()
    for (const _ of [1, 2]) expect(await browser.read('a')).toBe(1)
    expect(opened.of('session.rotated').map(({ phase }) => phase)).toEqual(['offered', 'taken'])
  })

  it('asks nothing after its end, nor of a session that has ended', async () => {
    const { clock, opened, browser, stream } = await setting({ idle: '7d', rotateEvery: '1h' })
    const one = await stream()
    one.stop()
    const two = await stream()
    await browser.request(async (session) => await session.logout())
    await clock.advanceAsync(3 * HOUR)
    expect(opened.of('session.rotated')).toEqual([])
    expect(clock.pending()).toBeLessThanOrEqual(2)
    two.stop()
  })

  it('that was told of no other secret fails with an error that says what to do, and raises no alarm', async () => {
    const { clock, opened, browser, stream } = await setting({ onReuse: 'revoke' })
    const { request, session, stop } = await stream()
    // Somebody else's doing, at a moment that nobody could foresee.
    for (const _ of [1, 2]) {
      await browser.request(async (other) => await other.rotate())
      await browser.userId()
      await clock.advanceAsync(MINUTE)
    }
    session['a'] = 1
    for (const late of [session.save(), session.update('b', () => 1), session.reload(), session.extend('1h')])
      expect(await codeOf(late)).toBe('SESSION_CONFLICT')
    await expect(session.save()).rejects.toThrow(/have a stream end before that/)
    stop()
    await request.commitLate()
    expect(opened.of('session.lost').map(({ reason }) => reason)).toEqual(['SESSION_CONFLICT'])
    expect([await browser.userId(), await browser.read('a'), opened.of('session.reuse')]).toEqual(['1', undefined, []])
  })
})
