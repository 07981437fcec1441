import { afterEach, expect, it } from 'vitest'
import type { RequestSession, Session } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { closeAll, openInstance } from './browser.ts'

afterEach(closeAll)

interface Asked {
  readonly opened: RequestSession
  readonly session: Session
  /** What the next request finds. */
  stored(): Promise<unknown>
}

/** A request of a session whose cart has two dishes. */
async function asked(): Promise<Asked> {
  const { sessions } = openInstance(memory())
  const { cookie } = await sessions.create({ userId: 'u', data: { cart: [1, 2] } })
  const opened = await sessions.open([cookie.value], {})
  const { session } = opened
  if (session === undefined) throw new Error('there is no session')
  const stored = async (): Promise<unknown> => (await sessions.open([cookie.value], {})).session?.['cart']
  return { opened, session, stored }
}

it('what was changed again after it was asked about is stored as it is then', async () => {
  const { opened, session, stored } = await asked()
  session['cart'] = [1, 2, 3]
  expect(opened.pending).toBe(true)
  session['cart'] = [4]
  expect(opened.pending).toBe(true)
  await opened.commit()
  expect(await stored()).toEqual([4])
})

it('what was changed back is no change, and what is changed anew after a commit is one', async () => {
  const { opened, session, stored } = await asked()
  session['cart'] = [3]
  expect(opened.pending).toBe(true)
  session['cart'] = [1, 2]
  expect(opened.pending).toBe(false)
  session['cart'] = [3]
  await opened.commit()
  expect([opened.pending, await stored()]).toEqual([false, [3]])
  session['cart'] = [1, 2]
  expect(opened.pending).toBe(true)
  await opened.commit()
  expect([opened.pending, await stored()]).toEqual([false, [1, 2]])
})

it('a member that JSON would lose is a change, though the text is the same', async () => {
  const { opened, session, stored } = await asked()
  session['cart'] = { dish: 1 }
  await opened.commit()
  session['cart'] = { dish: 1, note: undefined }
  expect(opened.pending).toBe(true)
  await opened.commit()
  expect(await stored()).toStrictEqual({ dish: 1, note: undefined })
})
