import { Router } from 'express'
import { z } from 'zod'
import { bodyId, id, parse, parseBody, plainQuery } from '../http/input.ts'
import { notFound, Problem } from '../http/problem.ts'
import { changeOrderStatus } from '../writes/change-order-status.ts'
import { placeOrder } from '../writes/place-order.ts'
import { readsFor, sendFound, type RouteContext } from './context.ts'

const newOrder = z.strictObject({
  restaurant: bodyId,
  table: z.number().int().min(1).max(60),
  lines: z
    .array(z.strictObject({ dish: bodyId, quantity: z.number().int().min(1).max(20) }))
    .min(1)
    .max(40)
    .refine(
      (lines) => new Set(lines.map((line) => line.dish)).size === lines.length,
      'name every dish once, with its quantity',
    ),
})

const newStatus = z.strictObject({ status: z.enum(['served', 'paid', 'cancelled']) })

/** Takes orders, shows them and moves them along. */
export function orderRoutes(context: RouteContext): Router {
  const router = Router()

  router.get('/orders/:order', async (request, response) => {
    parse(plainQuery, request.query, 'query')
    const order = parse(id, request.params.order, 'path')
    sendFound(request, response, `order ${order}`, await readsFor(context, request).orders.order(order))
  })

  router.post('/orders', context.limitOrders, async (request, response) => {
    const order = parseBody(newOrder, request)
    if (!(await context.isRestaurant(order.restaurant))) throw notFound(`restaurant ${order.restaurant}`)
    const result = await placeOrder(context.database, order)
    if (result.type === 'unknown-dishes')
      throw conflict('Not on the menu', `Restaurant ${order.restaurant} has no dish ${result.dishes.join(', ')}.`)
    if (result.type === 'out-of-stock')
      throw conflict('Out of stock', `There is not enough ${result.ingredients.join(', ')}.`)
    const { reached } = await context.caches.orderPlaced(result)
    const { id: number, restaurant, placedAt, totalCents } = result
    response
      .status(201)
      .location(`/api/orders/${number}`)
      .json({ id: number, restaurant, placedAt, totalCents, invalidated: reached })
  })

  router.patch('/orders/:order/status', async (request, response) => {
    const order = parse(id, request.params.order, 'path')
    const { status } = parseBody(newStatus, request)
    const result = await changeOrderStatus(context.database, order, status)
    if (result.type === 'unknown') throw notFound(`order ${order}`)
    if (result.type === 'not-allowed') {
      const next = result.allowed.length === 0 ? 'nothing any more' : result.allowed.join(' or ')
      throw conflict('Not possible now', `Order ${order} is ${result.status}; it can become ${next}.`)
    }
    const { reached } = await context.caches.orderMoved(result)
    response.json({ order, status, invalidated: reached })
  })

  return router
}

function conflict(title: string, detail: string): Problem {
  return new Problem(409, title, detail)
}
