import { cacheResponse, cacheTags } from '@redstart/fastify'
import { type Database, menuTags, type RestaurantRedstart, stockTag } from '@redstart-example/express'
import type { FastifyPluginAsync } from 'fastify'
import { menuPage } from '../pages/menu-page.ts'
import { sendKeptPage } from '../pages/page.ts'
import { openMenu } from './open-menu.ts'

export interface MenuParts {
  readonly database: Database
  readonly redstart: RestaurantRedstart
}

const params = {
  type: 'object',
  properties: { restaurant: { type: 'integer', minimum: 1, maximum: 1e9 } },
}

/** The menu for whoever comes in from the street: one page for all of them, until an order or a delivery changes it. */
export const menuRoutes: FastifyPluginAsync<MenuParts> = async (app, { database, redstart }) => {
  // For this scope alone. Of one Redis, the other apps have pages under the same paths.
  await app.register(cacheResponse, { redstart, namespace: 'store-pages' })

  const config = { session: false, cache: { ttl: '1m' } } as const
  app.get<{ Params: { restaurant: number } }>(
    '/menu/:restaurant',
    { config, schema: { params } },
    async (request, reply) => {
      const { restaurant } = request.params
      const dishes = await openMenu(database, restaurant)
      const categories = [...new Set(dishes.map(({ category }) => category))].map((id) => ({ id }))
      cacheTags(request, stockTag(restaurant), ...menuTags(restaurant, categories))
      return sendKeptPage(reply.code(dishes.length === 0 ? 404 : 200), menuPage(dishes))
    },
  )
}
