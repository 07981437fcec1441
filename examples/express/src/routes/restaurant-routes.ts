import { cacheTags } from '@redstart/express'
import { Router } from 'express'
import { z } from 'zod'
import { menuTags } from '../caches/menu-tags.ts'
import { id, parse, plainQuery, readOptions } from '../http/input.ts'
import { notFound } from '../http/problem.ts'
import { readsFor, sendFound, sendRead, type RouteContext } from './context.ts'

const stockQuery = z.strictObject({ ...readOptions, low: z.enum(['true', 'false']).optional() })

/** What one restaurant has: menu, stock, orders, promotions, crew. All under `/restaurants`. */
export function restaurantRoutes(context: RouteContext): Router {
  const router = Router()

  router.param('restaurant', async (_request, _response, next, value: string) => {
    const restaurant = parse(id, value, 'path')
    if (!(await context.isRestaurant(restaurant))) throw notFound(`restaurant ${restaurant}`)
    next()
  })

  router.get('/', async (request, response) => {
    parse(plainQuery, request.query, 'query')
    sendRead(request, response, await readsFor(context, request).menu.restaurants())
  })

  router.get('/:restaurant/menu', ...context.kept({ ttl: '10m' }), async (request, response) => {
    parse(plainQuery, request.query, 'query')
    const restaurant = Number(request.params['restaurant'])
    const menu = await readsFor(context, request).menu.menu(restaurant)
    cacheTags(request, ...menuTags(restaurant, menu))
    sendRead(request, response, menu)
  })

  router.get('/:restaurant/stock', async (request, response) => {
    const { low } = parse(stockQuery, request.query, 'query')
    const levels = await readsFor(context, request).inventory.levels(Number(request.params.restaurant))
    sendRead(request, response, low === undefined ? levels : levels.filter((level) => level.low === (low === 'true')))
  })

  router.get('/:restaurant/stock/:ingredient', async (request, response) => {
    parse(plainQuery, request.query, 'query')
    const restaurant = Number(request.params.restaurant)
    const ingredient = parse(id, request.params.ingredient, 'path')
    const level = await readsFor(context, request).inventory.level(restaurant, ingredient)
    sendFound(request, response, `ingredient ${ingredient} in restaurant ${restaurant}`, level)
  })

  router.get('/:restaurant/orders', async (request, response) => {
    parse(plainQuery, request.query, 'query')
    sendRead(request, response, await readsFor(context, request).orders.recent(Number(request.params.restaurant)))
  })

  router.get('/:restaurant/promotions', async (request, response) => {
    parse(plainQuery, request.query, 'query')
    sendRead(request, response, await readsFor(context, request).promotions.running(Number(request.params.restaurant)))
  })

  router.get('/:restaurant/staff', async (request, response) => {
    parse(plainQuery, request.query, 'query')
    sendRead(request, response, await readsFor(context, request).staff.crew(Number(request.params.restaurant)))
  })

  router.post('/:restaurant/refresh', async (request, response) => {
    response.json({ invalidated: (await context.caches.tenantChanged(Number(request.params.restaurant))).reached })
  })

  return router
}
