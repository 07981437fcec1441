import type { Cache, Definition } from '../../src/index.ts'
import { FEW } from './kitchen.ts'
import type { Loads } from './loads.ts'
import type { Part } from './oracle.ts'
import type { Random } from './random.ts'
import type { Got, Reading, Readings } from './reading.ts'

type Dish = Definition<[id: number], Part>

export const MEALS = 16

/** Reads many at a time, and what memory has. */
export function openCounter(cache: Cache, loads: Loads, dish: Dish, anyPath: (random: Random) => string): Readings {
  const meal = cache.define(
    'meal',
    {
      key: (id: number) => id,
      argumentTags: (id) => [`menu:${id}`],
      tags: (part: Part) => [part.category],
      ttl: '2s',
      stale: '1s',
      batchSize: 5,
      loadMany: async (ids) => {
        const sources = ids.map((id) => ({ tags: [`menu:${id}`], categorised: true, failing: 0.01 }))
        const [first = 0] = ids
        const parts = await loads.many(
          ids.map((id) => `meal:${id}`),
          sources,
          async () => [await dish(first)],
        )
        return first % 2 === 0 ? parts : byItem(ids, parts)
      },
    },
    (id, context) =>
      loads.load(context, { tags: [`menu:${id}`], categorised: true, parts: async () => [await dish(id)] }),
  )
  const tray = cache.define(
    'tray',
    { key: (id: number) => id, ttl: '2s', stale: '1s', staleWhileRevalidate: false },
    (id, context) =>
      loads.load(context, {
        tags: [],
        parts: async () => {
          const seen = meal.peek(id)
          const found = await cache.getMany([`roast:${id}`, `snack:${id}`, `soup:${id}`])
          const parts = [...found.values()].map(partOf)
          return [...(seen.hit ? [seen.value] : []), ...parts, ...(await meal.many([id, id + 1])).values()]
        },
      }),
  )
  return {
    dishes: (random) => many(dish, random, 60),
    meals: (random) => many(meal, random, MEALS),
    trays: (random) => many(tray, random, FEW),
    peekDefined: (random) => ({
      run: () => {
        const id = random.below(MEALS)
        const definition = random.chance(0.5) ? meal : dish
        return peeked(definition.peek(id), definition.keyOf(id))
      },
    }),
    getMany(random) {
      const paths = Array.from({ length: 1 + random.below(12) }, () => anyPath(random))
      return {
        run: async () =>
          [...(await cache.getMany(paths))].map(([path, part]) => ({ path, part: partOf(part), fresh: true })),
      }
    },
    peek(random) {
      const path = anyPath(random)
      return { run: () => peeked(cache.peek(path), path) }
    },
  }
}

/** Several of a definition's first entries at once, some of them twice. */
function many(definition: Dish, random: Random, end: number): Reading {
  const ids = Array.from({ length: 1 + random.below(10) }, () => random.below(end))
  return {
    run: async () => [...(await definition.many(ids))].map(([id, part]) => ({ path: definition.keyOf(id), part })),
  }
}

function peeked(found: Peeked, path: string): readonly Got[] {
  return found.hit ? [{ path, part: partOf(found.value), fresh: !found.stale }] : []
}

type Peeked = { readonly hit: true; readonly value: unknown; readonly stale: boolean } | { readonly hit: false }

/** What lies in the checker's cache is a part, or nothing. */
function partOf(value: unknown): Part | undefined {
  return (value as Part | null | undefined) ?? undefined
}

/** In another order than they were asked for. */
function byItem(ids: readonly number[], parts: readonly Part[]): ReadonlyMap<number, Part> {
  const found = new Map<number, Part>()
  for (let n = ids.length - 1; n >= 0; n -= 1) {
    const [id, part] = [ids[n], parts[n]]
    if (id !== undefined && part !== undefined) found.set(id, part)
  }
  return found
}
