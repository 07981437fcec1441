import { Router } from '@koa/router'
import { cacheResponse, cacheTags, rateLimit } from '@redstart/koa'
import {
  addDays,
  type DateRange,
  type Day,
  type RestaurantRedstart,
  salesTags,
  tenant,
} from '@redstart-example/express'
import type { DefaultState } from 'koa'
import type { AppContext } from '../app-context.ts'
import { dishesPage } from '../pages/dishes-page.ts'
import { hoursPage } from '../pages/hours-page.ts'
import { overviewPage } from '../pages/overview-page.ts'
import { sendKeptPage, sendPage } from '../pages/page.ts'
import type { Numbers } from './numbers.ts'

export interface NumberParts {
  readonly numbers: Numbers
  readonly redstart: RestaurantRedstart
  /** The current day. */
  readonly today: () => Day
}

/** How far back the numbers go that are asked for with `?days=`. */
const LONGEST = 90
const DAYS = 30

/** Pages of numbers, for people of the restaurant alone. */
export function numberRoutes({ numbers, redstart, today }: NumberParts): Router<DefaultState, AppContext> {
  const router = new Router<DefaultState, AppContext>()

  // By person, on whichever device. Nobody else gets so far as to ask for any.
  const limited = rateLimit(redstart, {
    policies: 'numbers',
    key: ({ session }) => session.userId,
  })

  // What all people of a restaurant see alike, and nobody else: no token of a form is in it, and no name.
  const kept = cacheResponse(redstart, {
    // Of one Redis, the other apps have pages under the same paths.
    namespace: 'numbers-pages',
    ttl: '1m',
    user: ({ session }) => ownerOf(session),
    // `?days=1` is another page tomorrow.
    key: () => today(),
  })

  router.get('/', (ctx) => {
    const { session } = ctx
    session.requireUser()
    const { name = '' } = session
    sendPage(ctx, overviewPage({ name, manager: session.hasRole('manager'), token: session.issueCsrfToken() }))
  })

  router.get('/dishes', limited, kept, async (ctx) => {
    const { restaurant, range } = asked(ctx, today())
    cacheTags(ctx, tenant(restaurant), ...salesTags(restaurant, range, today()))
    sendKeptPage(ctx, dishesPage(range, await numbers.dishes(restaurant, range)))
  })

  router.get('/hours', limited, kept, async (ctx) => {
    const { restaurant, range } = asked(ctx, today())
    cacheTags(ctx, tenant(restaurant), ...salesTags(restaurant, range, today()))
    sendKeptPage(ctx, hoursPage(range, await numbers.hours(restaurant, range)))
  })

  return router
}

/** Whose pages they are; undefined for nobody, who is sent to the log-in and of whom nothing is kept. */
function ownerOf({ userId, restaurant }: AppContext['session']): string | undefined {
  return userId === undefined || restaurant === undefined ? undefined : `restaurant:${restaurant}`
}

interface Asking extends AppContext {
  readonly query: Readonly<Record<string, string | string[] | undefined>>
  throw(status: number, message: string): never
}

/** Of whose restaurant, which is a matter of who is signed in and of nothing that a request says; and of which days. */
function asked(ctx: Asking, today: Day): { readonly restaurant: number; readonly range: DateRange } {
  ctx.session.requireUser()
  const { restaurant } = ctx.session
  if (restaurant === undefined) ctx.throw(403, 'Your log-in says nothing of a restaurant')
  const days = Number(ctx.query['days'] ?? DAYS)
  if (!Number.isInteger(days) || days < 1 || days > LONGEST)
    ctx.throw(400, `days is a whole number from 1 to ${LONGEST}`)
  return { restaurant, range: { from: addDays(today, 1 - days), to: today } }
}
