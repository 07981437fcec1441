'use server'
import { redirect } from 'next/navigation'
import { type Answer, numberIn } from '../lib/answer.ts'
import { without, withMore } from '../lib/basket.ts'
import { dishWith } from '../lib/cached.ts'
import { updateSession } from '../lib/session.ts'

/** Puts a dish into the basket of whoever asks. */
export async function addToBasket(_before: Answer, form: FormData): Promise<Answer> {
  const dish = await dishWith(numberIn(form, 'dish', 1e9))
  const quantity = numberIn(form, 'quantity', 20)
  if (dish === null || quantity === 0) return { note: 'That cannot be ordered.' }
  await updateSession(async (session) => {
    // What is stored at that moment counts: of two at once, in two windows, none is lost.
    await session.update('basket', (basket = {}) => withMore(basket, dish.id, quantity))
  })
  redirect('/basket')
}

/** Takes a dish out again. */
export async function takeFromBasket(_before: Answer, form: FormData): Promise<Answer> {
  const dish = numberIn(form, 'dish', 1e9)
  await updateSession(async (session) => {
    await session.update('basket', (basket = {}) => without(basket, dish))
  })
  redirect('/basket')
}
