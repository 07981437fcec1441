import { afterAll, expect, it } from 'vitest'
import { type Backend, RedstartError } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { closeAll, codeOf, openInstance } from './browser.ts'

afterAll(closeAll)

/** Memory in which no session can begin while it is full. */
function filling(): { readonly backend: Backend; full: boolean; asked: number } {
  const inner = memory()
  const place = {
    full: false,
    asked: 0,
    backend: {
      ...inner,
      sessions(context, options) {
        const store = inner.sessions?.(context, options)
        if (store === undefined) throw new Error('memory keeps no sessions')
        const fail = async (): Promise<never> => {
          place.asked += 1
          throw new RedstartError('STORE_FAILED', 'full')
        }
        return new Proxy(store, {
          get(target, name) {
            if (place.full && name === 'create') return fail
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

it.each(['a visitor', 'a user'])(
  'a log-in of %s that the backend cannot store leaves no cookie behind',
  async (who) => {
    const place = filling()
    const { browser: visit, sessions, of } = openInstance(place.backend)
    const browser = visit()
    if (who === 'a user') await browser.login(1)
    await browser.request((session) => (session['cart'] = 1))
    place.full = true
    const request = await sessions.open([browser.cookie ?? ''], {})
    expect(await codeOf(request.session?.login(2) ?? Promise.resolve())).toBe('STORE_FAILED')
    // Asked again at once, it would have the user wait twice.
    expect([place.asked, request.cookie, request.session?.userId]).toEqual([1, { kind: 'clear' }, undefined])
    browser.receive(request)
    place.full = false
    await browser.request((session) => (session['next'] = 1))
    expect(await browser.read('next')).toBe(1)
    expect(of('session.lost').map(({ reason }) => reason)).toEqual(who === 'a user' ? ['replaced'] : [])
  },
)

it('a visitor whose log-in could not be stored keeps the data where the request goes on', async () => {
  const place = filling()
  const browser = openInstance(place.backend).browser()
  await browser.request((session) => {
    session['cart'] = 1
    session.addFlash('note', 'kept')
  })
  await browser.request(async (session) => {
    place.full = true
    expect(await codeOf(session.login(2))).toBe('STORE_FAILED')
    place.full = false
    session['more'] = 1
  })
  const { value } = await browser.request((session) => [session['cart'], session['more'], session.takeFlash('note')])
  expect(value).toEqual([1, 1, ['kept']])
})
