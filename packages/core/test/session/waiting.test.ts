import { manualClock } from '@redstart/testing'
import { afterAll, expect, it } from 'vitest'
import { type Backend, RedstartError } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { closeAll, codeOf, openInstance, type Opened } from './browser.ts'

afterAll(closeAll)

/** Memory whose sessions cannot be ended while it is away. */
function leaving(): { readonly backend: Backend; away: boolean } {
  const inner = memory()
  const place = {
    away: false,
    backend: {
      ...inner,
      sessions(context, options) {
        const store = inner.sessions?.(context, options)
        if (store === undefined) throw new Error('memory keeps no sessions')
        const fail = async (): Promise<never> => {
          throw new RedstartError('STORE_UNAVAILABLE', 'away')
        }
        return new Proxy(store, {
          get(target, name) {
            if (place.away && (name === 'revoke' || name === 'revokeAll' || name === 'list')) return fail
            const member: unknown = Reflect.get(target, name)
            const bound: unknown = typeof member === 'function' ? member.bind(target) : member
            return bound
          },
        })
      },
    } satisfies Backend,
  }
  return place
}

function opening(place: ReturnType<typeof leaving>): Opened & { readonly clock: ReturnType<typeof manualClock> } {
  const clock = manualClock(1000)
  return { ...openInstance(place.backend, { clock }), clock }
}

it("the end of all of a user's sessions is made up for, and leaves who signed in since", async () => {
  const place = leaving()
  const opened = opening(place)
  const [old, current] = [opened.browser(), opened.browser()]
  await old.login('u')
  await current.login('u')
  await opened.clock.advanceAsync(10)
  place.away = true
  expect(await codeOf(current.request(async (session) => await session.revokeOthers()))).toBe('STORE_UNAVAILABLE')
  await opened.clock.advanceAsync(5000)
  expect(await old.userId()).toBe('u')
  const later = opened.browser()
  await later.login('u')
  place.away = false
  await opened.clock.advanceAsync(2000)
  expect([await old.userId(), await current.userId(), await later.userId()]).toEqual([undefined, 'u', 'u'])
  expect(opened.of('session.ended').map(({ reason }) => reason)).toEqual(['revoked'])
  // Nothing goes on trying.
  opened.clock.advance(60_000)
  expect(opened.clock.pending()).toBeLessThanOrEqual(1)
})

it('a log-out is made up for when the instance is closed', async () => {
  const place = leaving()
  const opened = opening(place)
  const browser = opened.browser()
  await browser.login('u')
  place.away = true
  expect(await codeOf(browser.request(async (session) => await session.logout()))).toBe('STORE_UNAVAILABLE')
  place.away = false
  await opened.close()
  expect(opened.of('session.ended').map(({ reason }) => reason)).toEqual(['logout'])
})

it('a stream hears of an end that nobody told, and of one by time', async () => {
  const place = leaving()
  const opened = opening(place)
  const heard: string[] = []
  const [replaced, idle, kept] = [opened.browser(), opened.browser(), opened.browser()]
  await replaced.login('a')
  await idle.login('b')
  await kept.login('c')
  const stops: (() => void)[] = []
  for (const [name, browser] of Object.entries({ replaced, idle, kept }))
    await browser.request((session) => stops.push(session.onRevoked(() => heard.push(name))))
  await opened.clock.advanceAsync(2000)
  await replaced.request(async (session) => await session.elevate())
  await opened.clock.advanceAsync(31_000)
  expect(heard).toEqual(['replaced'])
  for (let minute = 0; minute < 32; minute += 1) {
    await opened.clock.advanceAsync(60_000)
    await kept.userId()
  }
  expect(heard).toEqual(['replaced', 'idle'])
  for (const stop of stops) stop()
  await kept.request(async (session) => await session.logout())
  await opened.clock.advanceAsync(60_000)
  expect(heard).toEqual(['replaced', 'idle'])
})
