import { cacheResponse, cacheTags } from '@redstart/hono'
import { menuTags } from '@redstart-example/express/tags'
import { Hono } from 'hono'
import { numberIn } from './number-in.ts'
import { menuPage } from './pages.ts'
import type { PlaceOf } from './place.ts'

/** The menus, for whoever passes by: one page for all of them, until a price changes. */
export function menuRoutes(placeOf: PlaceOf): Hono {
  const kept = cacheResponse((c) => placeOf(c).redstart, {
    // Of one Redis, the other apps have pages under the same paths.
    namespace: 'orders-pages',
    ttl: '10m',
  })
  return new Hono().get('/menu/:restaurant', kept, async (c) => {
    const restaurant = numberIn(c.req.param('restaurant'), 1_000_000)
    const menu = await placeOf(c).house.menu(restaurant)
    cacheTags(c, ...menuTags(restaurant, menu))
    return c.html(menuPage(menu), menu.length === 0 ? 404 : 200)
  })
}
