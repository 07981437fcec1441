import { cacheTags } from '@redstart/express'
import { Router } from 'express'
import { z } from 'zod'
import { categoryTag, dishTag } from '../caches/menu-tags.ts'
import { tenant } from '../caches/tenant.ts'
import { id, parse, parseBody, plainQuery } from '../http/input.ts'
import { notFound } from '../http/problem.ts'
import { changeDishPrice, changeIngredientPrices } from '../writes/change-prices.ts'
import { readsFor, sendFound, type RouteContext } from './context.ts'

const newPrice = z.strictObject({ priceCents: z.number().int().min(1).max(100_000) })
const priceList = z.strictObject({ percent: z.number().int().min(-50).max(100) })

/** Dishes and categories by their ids, and what changes their prices and costs. */
export function dishRoutes(context: RouteContext): Router {
  const router = Router()

  router.get('/categories/:category', ...context.kept({ ttl: '10m' }), async (request, response) => {
    parse(plainQuery, request.query, 'query')
    const category = parse(id, request.params['category'], 'path')
    // Before it is known whether there is one: what says that there is none is found by it as well.
    cacheTags(request, categoryTag(category))
    const found = await readsFor(context, request).menu.category(category)
    if (found !== null) cacheTags(request, tenant(found.restaurant))
    sendFound(request, response, `category ${category}`, found)
  })

  router.get('/dishes/:dish', ...context.kept({ ttl: '10m' }), async (request, response) => {
    parse(plainQuery, request.query, 'query')
    const dish = parse(id, request.params['dish'], 'path')
    cacheTags(request, dishTag(dish))
    const found = await readsFor(context, request).menu.dish(dish)
    if (found !== null) cacheTags(request, tenant(found.restaurant))
    sendFound(request, response, `dish ${dish}`, found)
  })

  router.get('/dishes/:dish/cost', async (request, response) => {
    parse(plainQuery, request.query, 'query')
    const dish = parse(id, request.params.dish, 'path')
    sendFound(request, response, `dish ${dish}`, await readsFor(context, request).menu.recipeCost(dish))
  })

  router.patch('/dishes/:dish/price', async (request, response) => {
    const dish = parse(id, request.params.dish, 'path')
    const { priceCents } = parseBody(newPrice, request)
    const change = await changeDishPrice(context.database, dish, priceCents)
    if (change === null) throw notFound(`dish ${dish}`)
    const { reached } = await context.caches.menu.priceChanged(change)
    response.json({ dish, priceCents, invalidated: reached })
  })

  // JSON alone is read here, which no page of another site can send without asking first; and browsers send a session's
  // cookie with no request of another site that changes anything (SameSite=Lax).
  router.post('/ingredients/price-list', context.withSession, async (request, response) => {
    request.session.requireRole('manager')
    const { percent } = parseBody(priceList, request)
    await changeIngredientPrices(context.database, percent)
    const { reached } = await context.caches.menu.invalidateAllRecipeCosts()
    response.json({ percent, invalidated: reached })
  })

  return router
}
