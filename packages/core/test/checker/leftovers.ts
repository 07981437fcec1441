import type { Cache, Definition, LoadContext } from '../../src/index.ts'
import { of } from './kitchen.ts'
import type { Loads } from './loads.ts'
import type { Part } from './oracle.ts'
import type { Random } from './random.ts'
import type { Reading } from './reading.ts'

/** How many there are: few, so that each is made of what it was before, again and again. */
const LEFTOVERS = 8

/** Read by their definition alone: what a lazy mark hits may be there again, fresh, once its load has looked at it. */
export function leftoverPath(random: Random): string {
  return `leftover:${random.below(LEFTOVERS)}`
}

/** Reads values that are made of what was there before: the same one again, or a new one with the parts that it had. */
export function openLeftovers(
  cache: Cache,
  loads: Loads,
  dish: Definition<[id: number], Part>,
): (random: Random) => Reading {
  const leftover = cache.define(
    'leftover',
    { key: (id: number) => id, ttl: 30, stale: '5s', tags: (part: Part) => [part.category] },
    (id, context) => {
      const { previous } = context
      // Of those that are there, one of two is what it was.
      if (previous !== undefined && loads.chance(0.5)) return loads.again(context, () => context.unchanged<Part>())
      const parts = async (): Promise<readonly Part[]> =>
        previous !== undefined && loads.chance(0.8) ? partsOf(previous) : [await dish(id), await dish(id + 1)]
      return loads.load(context, { tags: [], categorised: true, parts })
    },
  )
  return (random) => of(leftover, random.below(LEFTOVERS))
}

function partsOf({ value }: NonNullable<LoadContext['previous']>): readonly Part[] {
  return (value as Part).parts // of a definition that stores nothing else
}
