import type { Redstart } from '@redstart/core'
import { type Database, stockKeys, stockTag } from '@redstart-example/express'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { formOf, ownFormsOnly } from '../own-forms.ts'
import { sendPage } from '../pages/page.ts'
import { stockPage } from '../pages/stock-page.ts'
import { cachedStock } from './cached-stock.ts'
import { changeStock, type StockChanged } from './change-stock.ts'

export interface StockParts {
  readonly database: Database
  readonly redstart: Redstart
}

interface ChangeForm {
  readonly ingredient: number
  readonly amount: number
}

const schema = formOf({
  ingredient: { type: 'integer', minimum: 1, maximum: 1e9 },
  amount: { type: 'integer', minimum: 1, maximum: 1e6 },
})

/** The store room of who is signed in; what managers change there. */
export const stockRoutes: FastifyPluginAsync<StockParts> = async (app, { database, redstart }) => {
  const stock = cachedStock(redstart, database)

  app.get('/', async (request, reply) => {
    const restaurant = restaurantOf(request)
    const { session } = request
    const { name = '' } = session
    const levels = await stock(restaurant)
    const page = { name, manager: session.hasRole('manager'), levels, token: session.issueCsrfToken() }
    return sendPage(reply, stockPage(page, session.takeFlash('note').map(String)))
  })

  for (const [url, sign] of [
    ['/deliver', 1],
    ['/take', -1],
  ] as const)
    app.post<{ Body: ChangeForm }>(url, { schema, preHandler: ownFormsOnly }, async (request, reply) => {
      const restaurant = restaurantOf(request)
      request.session.requireRole('manager')
      const { ingredient, amount } = request.body
      const changed = await changeStock(database, { restaurant, ingredient, amount: sign * amount })
      // After the commit, and before the page that shows it.
      if (changed.type === 'changed')
        await redstart.invalidate({ keys: stockKeys(restaurant, [ingredient]), tags: [stockTag(restaurant)] })
      request.session.addFlash('note', noteOf(changed))
      return reply.redirect('/', 303)
    })
}

/** A matter of who is signed in, and of nothing that a request says. */
function restaurantOf({ session }: FastifyRequest): number {
  session.requireUser()
  if (session.restaurant !== undefined) return session.restaurant
  throw Object.assign(new Error('Your log-in says nothing of a restaurant'), { statusCode: 403 })
}

function noteOf(changed: StockChanged): string {
  if (changed.type === 'unknown') return 'Your restaurant does not keep that.'
  const { name, unit, quantity } = changed
  if (changed.type === 'not-enough') return `There are only ${quantity} ${unit} of ${name}, or no room for so much.`
  return `There are ${quantity} ${unit} of ${name} now.`
}
