import { RedstartError, type Session } from '@redstart/core'
import { answerErrors, rateLimit, refuseCrossSite, type RunOptions, session } from '@redstart/hono'
import { type Context, Hono } from 'hono'
import { menuRoutes } from './menu.ts'
import { numberIn } from './number-in.ts'
import { ordersPage } from './pages.ts'
import type { PlaceOf } from './place.ts'

/** What the apps of the restaurants keep in a session; who it is and their role are the session's own. */
export interface Fields {
  name: string
  restaurant: number
  /** The latest orders of this session's person, newest first. */
  orders: readonly number[]
}

export interface AppOptions extends Pick<RunOptions, 'address' | 'proxies'> {
  readonly placeOf: PlaceOf
  /** Where people log in. */
  readonly logInAt: (c: Context) => string
}

/** What handlers find on their context. */
export interface AppEnv {
  Variables: { session: Session<Fields> }
}

/** Orders as a Hono app, wherever it is to run: it imports nothing that some runtime has not. */
export function createApp({ placeOf, logInAt, ...connection }: AppOptions): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  // In front of the sessions: nobody needs one to look at a menu.
  app.route('/', menuRoutes(placeOf))
  app.use(
    refuseCrossSite(),
    session((c) => placeOf(c).redstart, connection),
  )

  app.get('/', async (c) => {
    const own = c.var.session
    own.requireUser()
    const { name = '', restaurant = 0, orders = [] } = own
    const { house } = placeOf(c)
    const [menu, latest] = await Promise.all([house.menu(restaurant), house.latest(restaurant)])
    const dishes = menu.flatMap((category) => category.dishes)
    const notes = own.takeFlash('note').map(String)
    c.header('cache-control', 'no-store')
    return c.html(ordersPage({ name, dishes, latest, own: orders, notes }))
  })

  // By person, wherever the order is sent; who is not signed in orders nothing.
  const limited = rateLimit((c) => placeOf(c).redstart, {
    policies: 'orders',
    key: (c: Context<AppEnv>) => c.var.session.userId,
  })

  app.post('/orders', limited, async (c) => {
    const own = c.var.session
    own.requireUser()
    const { table, dish, quantity } = await c.req.parseBody()
    const order = { table: numberIn(table, 60), dish: numberIn(dish, 1_000_000), quantity: numberIn(quantity, 20) }
    if (Object.values(order).includes(0)) return c.text('An order has a table, a dish and a quantity.', 400)
    const placed = await placeOf(c).house.place({ ...order, restaurant: own.restaurant ?? 0 })
    if ('refused' in placed) own.addFlash('note', placed.refused)
    // What is stored at that moment counts: two orders at once are both there.
    else await own.update('orders', (before = []) => [placed.id, ...before].slice(0, 20))
    return c.redirect('/', 303)
  })

  app.post('/logout', async (c) => {
    await c.var.session.logout()
    return c.redirect(logInAt(c), 303)
  })

  app.post('/logout-everywhere', async (c) => {
    const { session: own } = c.var
    // On all devices, and in all apps of the house.
    await placeOf(c).redstart.sessions.user(own.requireUser()).revokeAll()
    await own.logout()
    return c.redirect(logInAt(c), 303)
  })

  const others = answerErrors<AppEnv>()
  app.onError((error, c) => (RedstartError.is(error, 'NOT_SIGNED_IN') ? c.redirect(logInAt(c), 303) : others(error, c)))
  return app
}
