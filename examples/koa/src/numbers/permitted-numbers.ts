import type { RestaurantRedstart } from '@redstart-example/express'
import type { Numbers } from './numbers.ts'

/**
 * The same numbers, but no more than two reports of dishes at once, of all processes: each reads every line of every order.
 * Behind the cache, which asks for few of them.
 *
 * @throws an error that Koa answers with 503 where two are being made.
 */
export function permittedNumbers({ limiter }: RestaurantRedstart, numbers: Numbers): Numbers {
  return {
    hours: numbers.hours,
    async dishes(restaurant, range) {
      const held = await limiter.acquire('reports', { key: 'dishes' })
      if (!held.allowed) throw tooManyReports()
      // Given back at the end of this block, also where the report fails.
      // oxlint-disable-next-line no-underscore-dangle -- to be held is its whole use
      await using _permit = held.permit
      return await numbers.dishes(restaurant, range)
    },
  }
}

/** A report takes less than a second. */
function tooManyReports(): Error {
  return Object.assign(new Error('Other reports are being made. Please try again in a moment.'), {
    status: 503,
    expose: true,
    headers: { 'retry-after': '1' },
  })
}
