'use server'
import { changeDishPrice } from '@redstart-example/express'
import { categoryTag, dishTag } from '@redstart-example/express/tags'
import { updateTag } from 'next/cache'
import { type Answer, numberIn, textIn } from '../lib/answer.ts'
import { dishWith } from '../lib/cached.ts'
import { database } from '../lib/database.ts'
import { centsOf, euros } from '../lib/money.ts'
import { getSession } from '../lib/session.ts'

/** What a dish of one's own restaurant costs from now on, in all apps. */
export async function changePrice(_before: Answer, form: FormData): Promise<Answer> {
  const session = await getSession()
  const cents = centsOf(textIn(form, 'price'))
  const dish = await dishWith(numberIn(form, 'dish', 1e9))
  if (dish === null || dish.restaurant !== session.restaurant || !session.hasRole('manager'))
    return { note: 'Prices are changed by the manager of the restaurant.' }
  if (cents === undefined) return { note: 'A price is a number of euros, 13.20 for example.' }
  const change = await changeDishPrice(await database(), dish.id, cents)
  if (change === null) return { note: 'That dish is gone.' }
  // The pages here, the answers that Express has kept, the menus of Hono and Fastify: whatever has these tags.
  updateTag(dishTag(change.dish))
  updateTag(categoryTag(change.category))
  return { note: `${dish.name}: ${euros(cents)} from now on, wherever it stands.` }
}
