import type { Redstart } from '@redstart/core'
import { changedSales, dayOf, menuTags, salesTags, tenant } from '@redstart-example/express/tags'
import type { Category, House, Order, Placed } from './house.ts'

/**
 * Far from the database: the back office is asked over HTTP, and what it said is kept near. The list carries the tags of
 * the office's own reports, and the menu those of its categories, so that an order and a new price find them, whichever
 * app takes it.
 *
 * @param office where the back office is: `https://office.example`.
 */
export function officeHouse(office: string, { cache, invalidate }: Redstart): House {
  /** Lists; empty for what there is not. */
  const ask = async <Item>(path: string): Promise<readonly Item[]> => {
    // Past the office's own cache: it may hear of a change later than this one, which would keep what it said meanwhile.
    const headers = { 'x-cache': 'off' }
    const response = await fetch(office + path, { headers, signal: AbortSignal.timeout(10_000) })
    if (response.status === 404) return []
    if (!response.ok) throw new Error(`The back office answered ${response.status} to ${path}`)
    return (await response.json()) as readonly Item[] // Both apps are ours.
  }
  return {
    menu: (restaurant) =>
      cache.getOrSet(`menu:near:${restaurant}`, () => ask<Category>(`/api/restaurants/${restaurant}/menu`), {
        ttl: '1h',
        tags: (menu) => menuTags(restaurant, menu),
      }),
    latest: (restaurant) => {
      const today = dayOf(new Date())
      return cache.getOrSet(`orders:near:${restaurant}`, () => ask<Order>(`/api/restaurants/${restaurant}/orders`), {
        ttl: '5m',
        tags: [tenant(restaurant), ...salesTags(restaurant, { from: today, to: today }, today)],
      })
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
