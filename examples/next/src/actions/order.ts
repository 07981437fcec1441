'use server'
import { limitAction } from '@redstart/next/http'
import { redirect } from 'next/navigation'
import { type Answer, answerOf, numberIn } from '../lib/answer.ts'
import { type Basket, type Line, linesOf, withMore } from '../lib/basket.ts'
import { placeOrders } from '../lib/place-orders.ts'
import redstart from '../lib/redstart.mjs'
import { getSession, updateSession } from '../lib/session.ts'

/** By person, in all apps together. */
const limited = limitAction(redstart, { policies: 'orders', key: async () => (await getSession()).userId }, ordered)

/** Orders what is in the basket. */
export async function order(_before: Answer, form: FormData): Promise<Answer> {
  if ((await getSession()).userId === undefined) redirect('/login')
  return answerOf(await limited(form))
}

async function ordered(form: FormData): Promise<Answer> {
  const table = numberIn(form, 'table', 60)
  if (table === 0) return { note: 'Which table? They have numbers from 1 to 60.' }
  const basket = await takenBasket()
  let left = linesOf(basket)
  if (left.length === 0) return { note: 'There is nothing in your basket.' }
  try {
    const result = await placeOrders(basket, table)
    left = result.left
    await updateSession(async (session) => {
      await session.update('orders', (before = []) => [...result.orders, ...before].slice(0, 20))
    })
    if (result.refused.length > 0) return { note: result.refused.join(' ') }
  } finally {
    await putBack(left)
  }
  redirect('/account')
}

/** Empties it first: of two clicks, or two windows, one finds nothing in it. */
async function takenBasket(): Promise<Basket> {
  return await updateSession(async (session) => {
    let taken: Basket = {}
    await session.update('basket', (basket = {}) => {
      taken = basket
      return {}
    })
    return taken
  })
}

async function putBack(lines: readonly Line[]): Promise<void> {
  if (lines.length === 0) return
  await updateSession(async (session) => {
    await session.update('basket', (basket = {}) =>
      lines.reduce((next, { dish, quantity }) => withMore(next, dish, quantity), basket),
    )
  })
}
