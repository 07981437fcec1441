import { manualClock } from '@redstart/testing'
import { afterAll, expect, it } from 'vitest'
import { type Backend, RedstartError, type RequestSession, type Session } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { closeAll, codeOf, openInstance, type Opened } from './browser.ts'

const places: { away: boolean }[] = []
afterAll(async () => {
  for (const place of places) place.away = false
  await closeAll()
})

/** Memory whose sessions are asked, while it is away, and never answer in time. */
function leaving(): { readonly backend: Backend; away: boolean; readonly asked: string[] } {
  const inner = memory()
  const place = {
    away: false,
    asked: new Array<string>(),
    backend: {
      ...inner,
      sessions(context, options) {
        const store = inner.sessions?.(context, options)
        if (store === undefined) throw new Error('memory keeps no sessions')
        return new Proxy(store, {
          get(target, name) {
            const member: unknown = Reflect.get(target, name)
            if (typeof member !== 'function') return member
            return (...given: readonly unknown[]): unknown => {
              if (!place.away) return Reflect.apply(member, target, given)
              place.asked.push(String(name))
              return Promise.reject(new RedstartError('STORE_TIMEOUT', 'away'))
            }
          },
        })
      },
    } satisfies Backend,
  }
  places.push(place)
  return place
}

interface Request {
  readonly request: RequestSession
  readonly session: Session
}

async function signedIn(opened: Opened): Promise<Request> {
  const browser = opened.browser()
  await browser.login(1)
  await browser.request((session) => (session['a'] = 1))
  const request = await opened.sessions.open([browser.cookie ?? ''], {})
  if (request.session === undefined) throw new Error('there is no session')
  return { request, session: request.session }
}

it('the backend is waited for once, however many steps nobody waits for', async () => {
  const place = leaving()
  const { request, session } = await signedIn(openInstance(place.backend))
  place.away = true
  session['a'] = 2
  const steps = [session.save(), session.save(), session.rotate(), session.elevate(), session.extend('1h')]
  const { underWay } = request
  expect(await codeOf(underWay ?? Promise.resolve())).toBe('STORE_TIMEOUT')
  const errors = await Promise.all(steps.map(async (step) => await step.catch((error: unknown) => error)))
  expect([new Set(errors).size, place.asked]).toEqual([1, ['commit']])
  // Who tries again, does.
  place.away = false
  await session.save()
  expect(session.userId).toBe('1')
})

it('an update that waits for a save fails with it', async () => {
  const place = leaving()
  const { session } = await signedIn(openInstance(place.backend))
  place.away = true
  session['a'] = 2
  const [saved, updated] = [session.save(), session.update('b', () => 1)]
  expect([await codeOf(saved), await codeOf(updated)]).toEqual(['STORE_TIMEOUT', 'STORE_TIMEOUT'])
  expect(place.asked).toEqual(['commit'])
})

it('a log-out behind a save that fails clears the cookie, and is made up for', async () => {
  const place = leaving()
  const clock = manualClock(1000)
  const opened = openInstance(place.backend, { clock })
  const { request, session } = await signedIn(opened)
  place.away = true
  session['a'] = 2
  const steps = [session.save(), session.logout()]
  expect((await Promise.allSettled(steps)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect([request.cookie, place.asked]).toEqual([{ kind: 'clear' }, ['commit']])
  place.away = false
  await clock.advanceAsync(1000)
  expect(opened.of('session.ended').map(({ reason }) => reason)).toEqual(['logout'])
  expect(await opened.sessions.user(1).list()).toEqual([])
})

it('what a stream changes late behind a save that fails is told as lost, and rejects nothing', async () => {
  const place = leaving()
  const opened = openInstance(place.backend)
  const { request, session } = await signedIn(opened)
  request.headLeaves()
  place.away = true
  session['a'] = 2
  const saved = codeOf(session.save())
  await request.commitLate()
  expect([await saved, place.asked]).toEqual(['STORE_TIMEOUT', ['commit']])
  expect(opened.of('session.lost').map(({ reason }) => reason)).toEqual(['STORE_TIMEOUT'])
})
