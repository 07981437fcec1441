import type { Redstart } from '../../src/index.ts'
import { MEALS, openCounter } from './counters.ts'
import { FEW, KITCHEN, of, openKitchen } from './kitchen.ts'
import { openLeftovers } from './leftovers.ts'
import type { Loads } from './loads.ts'
import type { Part } from './oracle.ts'
import type { Random } from './random.ts'
import type { Reading, Readings } from './reading.ts'
import { openRecipes } from './recipes.ts'
import { openTenants, type Tenants } from './tenants.ts'

/** How many keys of each kind there are. */
export const DISHES = 60
export const SHELVES = 5
export const PLACES = 8
const PAGES = 20
const NOTES = 24
/** How many tags that follow from arguments or are declared at the call. */
export const MENUS = 11
export const TOPICS = 12

/** Every way of reading that the cache has. */
export interface Catalog {
  /** Any read, or any of these ways; low numbers are read far more often than high ones. */
  any(random: Random, only?: readonly string[]): Reading
  /** Invalidates through a definition. */
  forgetDish(id: number): ReturnType<Redstart['invalidate']>
  readonly tenants: Tenants
}

/** Any path that can be read. */
export function anyPath(random: Random): string {
  return random.pick(PATHS)(random)
}

export function notePath(random: Random): string {
  return `note:${random.pick(['a', 'b'])}:${random.below(NOTES)}`
}

const PATHS: readonly ((random: Random) => string)[] = [
  (random) => `dish:${random.below(DISHES)}`,
  (random) => `stock:${random.below(SHELVES)}:${random.below(PLACES)}`,
  (random) => `price:of:${random.below(DISHES)}`,
  (random) => `page:${random.below(PAGES)}`,
  (random) => `site:${random.below(PAGES)}`,
  notePath,
  (random) => `default:free-${random.below(NOTES)}`,
  (random) => `${random.pick(KITCHEN)}:${random.below(FEW)}`,
  (random) => `${random.pick(['order', 'tray'])}:${random.below(FEW)}`,
  (random) => `meal:${random.below(MEALS)}`,
]

/**
 * Puts the cache in front of the database, in every way there is.
 *
 * @param release which version of recipes the instance has.
 */
export function openCatalog({ cache }: Redstart, loads: Loads, release: number): Catalog {
  const dish = cache.define(
    'dish',
    {
      key: (id: number) => id,
      argumentTags: (id) => [`menu:${id % MENUS}`],
      tags: (part: Part) => [part.category],
      ttl: '1h',
    },
    (id, context) => loads.load(context, { tags: [`menu:${id % MENUS}`], categorised: true, failing: 0.01 }),
  )
  const stock = cache.define(
    'stock',
    { key: (shelf: number, place: number) => [shelf, place], tags: ['stock'], ttl: 60, stale: '1s' },
    (_shelf, _place, context) => loads.load(context, { tags: ['stock'], failing: 0.05 }),
  )
  const price = cache.define(
    'price:of',
    {
      key: (id: number) => id,
      argumentTags: (id) => [`menu:${id % MENUS}`],
      ttl: 60,
      stale: 600,
      staleWhileRevalidate: false,
    },
    (id, context) => loads.load(context, { tags: [`menu:${id % MENUS}`], failing: 0.4 }),
  )
  const page = cache.define('page', { key: (id: number) => id, tags: (part: Part) => [part.category] }, (id, context) =>
    loads.load(context, {
      tags: [],
      categorised: true,
      parts: () => Promise.all([dish(id), dish(id + 1), stock(id % SHELVES, id % PLACES)]),
    }),
  )
  const site = cache.define('site', { key: (id: number) => id, ttl: '10s', stale: '10s' }, (id, context) =>
    loads.load(context, {
      tags: [],
      parts: async () => [await page(id), await cache.get<Part>(`note:a:${id}`), await price(id)],
    }),
  )
  const notes = cache.namespace('note')
  const note = (key: string, topic: string): Promise<Part> =>
    notes.getOrSet(key, (context) => loads.load(context, { tags: [topic], dated: true }), {
      tags: [topic],
      ttl: '2s',
    })
  const free = (key: string): Promise<Part> =>
    cache.getOrSet(key, (context) => loads.load(context, { tags: [], categorised: true }), {
      tags: (part) => [part.category],
      ttl: 300,
      stale: 300,
    })

  const tenants = openTenants(cache, loads)
  const common: Readings = {
    dish: (random) => of(dish, low(random, DISHES)),
    stock: (random) => of(stock, low(random, SHELVES), low(random, PLACES)),
    price: (random) => of(price, low(random, DISHES)),
    page: (random) => of(page, low(random, PAGES)),
    site: (random) => of(site, low(random, PAGES)),
    note(random) {
      const path = notePath(random)
      const topic = `topic:${random.below(TOPICS)}`
      return { run: async () => [{ path, part: await note(path.slice('note:'.length), topic) }] }
    },
    get(random) {
      const path = anyPath(random)
      return { run: async () => [{ path, part: (await cache.get<Part | null>(path)) ?? undefined, fresh: true }] }
    },
    free(random) {
      const key = `free-${low(random, NOTES)}`
      return { run: async () => [{ path: `default:${key}`, part: await free(key) }] }
    },
  }
  const others: Readings = {
    ...openKitchen(cache, loads, dish),
    leftover: openLeftovers(cache, loads, dish),
    ...openCounter(cache, loads, dish, anyPath),
    ...openRecipes(cache, loads, release),
    ...tenants.readings,
  }
  const all: Readings = { ...common, ...others }
  return {
    tenants,
    any(random, only = Object.keys(random.chance(0.4) ? common : others)) {
      const make = all[random.pick(only)]
      if (make === undefined) throw new Error(`there is no such way of reading: ${only.join()}`)
      return make(random)
    },
    forgetDish: (id) => dish.invalidate(id),
  }
}

/** A number under `end`, low ones more often. */
function low(random: Random, end: number): number {
  return Math.floor(random.next() ** 3 * end)
}
