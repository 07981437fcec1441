import type { Duration } from '@redstart/core'
import { cacheFor } from '@redstart/express'
import { Router } from 'express'
import { z } from 'zod'
import { includes, salesTags } from '../caches/sales-tags.ts'
import { tenant } from '../caches/tenant.ts'
import { id, parse, readOptions } from '../http/input.ts'
import { notFound, Problem } from '../http/problem.ts'
import type { DateRange } from '../reads/analytics.ts'
import { addDays, daysBetween, type Day } from '../reads/day.ts'
import { readsFor, sendRead, type RouteContext } from './context.ts'

/** The books begin here; earlier dates are mistakes. */
const FIRST_DAY: Day = '2020-01-01'
const LONGEST_RANGE = 366

/** How long an answer is kept whole, of a range that is over and of one with today in it. */
const KEPT: { readonly past: Duration; readonly current: Duration } = { past: '1h', current: '1m' }

const rangeQuery = z.strictObject({ ...readOptions, from: z.iso.date().optional(), to: z.iso.date().optional() })

/** What was sold: `/restaurants/:restaurant/analytics?from=2026-11-01&to=2026-11-20`, the last 30 days if not said. */
export function analyticsRoutes(context: RouteContext): Router {
  const router = Router()
  // The last 30 days are others tomorrow.
  const kept = context.kept({ key: () => context.today() })
  router.get('/restaurants/:restaurant/analytics', ...kept, async (request, response) => {
    const restaurant = parse(id, request.params['restaurant'], 'path')
    const today = context.today()
    const { from, to = today } = parse(rangeQuery, request.query, 'query')
    const range = checked({ from: from ?? addDays(to, -29), to }, today)
    if (!(await context.isRestaurant(restaurant))) throw notFound(`restaurant ${restaurant}`)
    cacheFor(request, {
      ttl: includes(range, today) ? KEPT.current : KEPT.past,
      tags: [tenant(restaurant), ...salesTags(restaurant, range, today)],
    })
    sendRead(request, response, await readsFor(context, request).analytics.dashboard(restaurant, range))
  })
  return router
}

function checked(range: DateRange, today: Day): DateRange {
  const days = daysBetween(range.from, range.to)
  if (range.from < FIRST_DAY) throw wrongRange('from', `not before ${FIRST_DAY}, when the books begin`)
  if (range.to > today) throw wrongRange('to', `not after today, ${today} in UTC`)
  if (days < 1) throw wrongRange('to', `not before from, ${range.from}`)
  if (days > LONGEST_RANGE) throw wrongRange('from', `at most ${LONGEST_RANGE} days before to, ${range.to}`)
  return range
}

function wrongRange(at: string, message: string): Problem {
  return new Problem(400, 'Bad request', 'The query of the request is not as it should be.', [{ at, message }])
}
