import { expect, it } from 'vitest'
import { createRedstart } from '../../src/redstart.ts'

it('begins, changes, signs in and ends a session', async () => {
  const redstart = createRedstart()
  const { sessions } = redstart
  const first = await sessions.open([], {
    ip: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0',
  })
  const session = first.session
  if (session === undefined) throw new Error('no session')
  session['cart'] = { a: 1 }
  session['returnTo'] = '/x'
  await first.commit()
  expect(first.cookie?.kind).toBe('set')
  const value = first.cookie?.kind === 'set' ? first.cookie.value : ''
  const second = await sessions.open([value], { ip: '203.0.113.9' })
  expect(Object.keys(second.session ?? {})).toEqual(['cart', 'returnTo'])
  expect(second.session?.['cart']).toEqual({ a: 1 })
  await second.session?.login(42)
  expect(second.session?.userId).toBe('42')
  expect(Object.keys(second.session ?? {})).toEqual(['cart'])
  await second.commit()
  const signedIn = second.cookie?.kind === 'set' ? second.cookie.value : ''
  expect((await sessions.open([value], {})).refused).toBe('ended')
  const third = await sessions.open([signedIn], {})
  expect(third.session?.userId).toBe('42')
  expect(await third.session?.devices()).toHaveLength(1)
  await third.session?.logout()
  expect(third.cookie).toEqual({ kind: 'clear' })
  expect(third.session?.userId).toBeUndefined()
  expect((await sessions.open([signedIn], {})).refused).toBe('missing')
  await redstart.close()
})
