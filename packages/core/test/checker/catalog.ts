import type { Redstart } from '../../src/index.ts'
import type { Database } from './database.ts'
import type { Part } from './oracle.ts'
import type { Random } from './random.ts'

/** How many keys of each kind there are. */
export const DISHES = 60
export const SHELVES = 5
export const PLACES = 8
const PAGES = 20
const NOTES = 24
/** How many tags that follow from arguments or are declared at the call. */
export const MENUS = 11
export const TOPICS = 12

/** One read that may be made. */
export interface Reading {
  readonly path: string
  readonly run: () => Promise<Part | undefined>
}

/** Every way of reading that the cache has. */
export interface Catalog {
  /** Any read; low numbers are read far more often than high ones. */
  any(random: Random): Reading
  /** Invalidates through a definition. */
  forgetDish(id: number): ReturnType<Redstart['invalidate']>
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
]

/** Puts the cache in front of the database, in every way there is. */
export function openCatalog({ cache }: Redstart, database: Database): Catalog {
  const dish = cache.define(
    'dish',
    {
      key: (id: number) => id,
      argumentTags: (id) => [`menu:${id % MENUS}`],
      tags: (part: Part) => [part.category],
      ttl: '1h',
    },
    (id, context) => database.load(context, { tags: [`menu:${id % MENUS}`], categorised: true, failing: 0.01 }),
  )
  const stock = cache.define(
    'stock',
    { key: (shelf: number, place: number) => [shelf, place], tags: ['stock'], ttl: 60, stale: '1s' },
    (_shelf, _place, context) => database.load(context, { tags: ['stock'], failing: 0.05 }),
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
    (id, context) => database.load(context, { tags: [`menu:${id % MENUS}`], failing: 0.4 }),
  )
  const page = cache.define('page', { key: (id: number) => id, tags: (part: Part) => [part.category] }, (id, context) =>
    database.load(context, {
      tags: [],
      categorised: true,
      parts: () => Promise.all([dish(id), dish(id + 1), stock(id % SHELVES, id % PLACES)]),
    }),
  )
  const site = cache.define('site', { key: (id: number) => id, ttl: '10s', stale: '10s' }, (id, context) =>
    database.load(context, {
      tags: [],
      parts: async () => [await page(id), await cache.get<Part>(`note:a:${id}`), await price(id)],
    }),
  )
  const notes = cache.namespace('note')
  const note = (key: string, topic: string): Promise<Part> =>
    notes.getOrSet(key, (context) => database.load(context, { tags: [topic], dated: true }), {
      tags: [topic],
      ttl: '2s',
    })
  const free = (key: string): Promise<Part> =>
    cache.getOrSet(key, (context) => database.load(context, { tags: [], categorised: true }), {
      tags: (part) => [part.category],
      ttl: 300,
      stale: 300,
    })

  const readings: readonly ((random: Random) => Reading)[] = [
    (random) => reading(dish, low(random, DISHES)),
    (random) => reading(stock, low(random, SHELVES), low(random, PLACES)),
    (random) => reading(price, low(random, DISHES)),
    (random) => reading(page, low(random, PAGES)),
    (random) => reading(site, low(random, PAGES)),
    (random) => {
      const path = notePath(random)
      const topic = `topic:${random.below(TOPICS)}`
      return { path, run: () => note(path.slice('note:'.length), topic) }
    },
    (random) => {
      const path = anyPath(random)
      return { path, run: () => cache.get<Part>(path) }
    },
    (random) => {
      const key = `free-${low(random, NOTES)}`
      return { path: `default:${key}`, run: () => free(key) }
    },
  ]
  return {
    any: (random) => random.pick(readings)(random),
    forgetDish: (id) => dish.invalidate(id),
  }
}

function reading<Args extends readonly unknown[]>(
  definition: ((...args: Args) => Promise<Part>) & { keyOf(...args: Args): string },
  ...args: Args
): Reading {
  return { path: definition.keyOf(...args), run: () => definition(...args) }
}

/** A number under `end`, low ones more often. */
function low(random: Random, end: number): number {
  return Math.floor(random.next() ** 3 * end)
}
