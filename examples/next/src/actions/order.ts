'use server'
import { limitAction } from '@redstart/next/http'
import { redirect } from 'next/navigation'
import { type Answer, answerOf, numberIn } from '../lib/answer.ts'
import { without } from '../lib/basket.ts'
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
  const { basket = {} } = await getSession()
  const table = numberIn(form, 'table', 60)
  if (table === 0) return { note: 'Which table? They have numbers from 1 to 60.' }
  const { orders, dishes, refused } = await placeOrders(basket, table)
  await updateSession(async (session) => {
    await session.update('orders', (before = []) => [...orders, ...before].slice(0, 20))
    await session.update('basket', (before = {}) => without(before, dishes))
  })
  if (refused.length > 0) return { note: refused.join(' ') }
  redirect('/account')
}
