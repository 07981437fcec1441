import type { Redstart } from '@redstart/core'
import { changedSales, dayOf, salesTags, tenant } from '@redstart-example/express/tags'
import type { Dish, House, Order, Placed } from './house.ts'

/**
 * Far from the database: the back office is asked over HTTP, and what it said is kept near. The list carries the tags of
 * the office's own reports, so that an order finds it, whichever app takes it.
 *
 * @param office where the back office is: `https://office.example`.
 */
export function officeHouse(office: string, { cache, invalidate }: Redstart): House {
  const ask = async <Answer>(path: string): Promise<Answer> => {
    const response = await fetch(office + path, { signal: AbortSignal.timeout(10_000) })
    if (!response.ok) throw new Error(`The back office answered ${response.status} to ${path}`)
    return (await response.json()) as Answer // Both apps are ours.
  }
  return {
    dishes: (restaurant) =>
      cache.getOrSet(
        `menu:near:${restaurant}`,
        async () => {
          const menu = await ask<readonly { readonly dishes: readonly Dish[] }[]>(`/api/restaurants/${restaurant}/menu`)
          return menu.flatMap(({ dishes }) => dishes)
        },
        { ttl: '1h', tags: [tenant(restaurant)] },
      ),
    latest: (restaurant) => {
      const today = dayOf(new Date())
      return cache.getOrSet(
        `orders:near:${restaurant}`,
        () => ask<readonly Order[]>(`/api/restaurants/${restaurant}/orders`),
        { ttl: '5m', tags: [tenant(restaurant), ...salesTags(restaurant, { from: today, to: today }, today)] },
      )
    },
    place: async ({ restaurant, table, dish, quantity }) => {
      const response = await fetch(`${office}/api/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ restaurant, table, lines: [{ dish, quantity }] }),
        signal: AbortSignal.timeout(10_000),
      })
      const placed = placedOf(response.status, (await response.json()) as Answered) // As above.
      // The office has told everybody; who ordered sees it at once, and not when this instance next asks.
      const today = dayOf(new Date())
      if ('id' in placed) await invalidate({ tags: [changedSales(restaurant, today, today)] })
      return placed
    },
  }
}

/** The order, or a problem document. */
interface Answered {
  readonly id?: number
  readonly detail?: string
}

function placedOf(status: number, { id, detail }: Answered): Placed {
  if (status === 201 && id !== undefined) return { id }
  return { refused: detail ?? 'The back office did not take the order.' }
}
