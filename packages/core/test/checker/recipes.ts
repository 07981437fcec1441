import type { Cache } from '../../src/index.ts'
import { FEW } from './kitchen.ts'
import type { Loads } from './loads.ts'
import type { Part } from './oracle.ts'
import type { Readings } from './reading.ts'

/** Versions that recipes are stored with, each by some of the instances. */
export const RELEASES = 2

/** Reads one namespace by the instance's own version of it, and by the other one, as a deployment has both. */
export function openRecipes(cache: Cache, loads: Loads, own: number): Readings {
  return {
    recipe(random) {
      const key = `recipe:${random.below(FEW)}`
      const release = random.chance(0.5) ? own : 1 + random.below(RELEASES)
      const path = pathOf(key, release)
      return {
        run: async () => [
          {
            path,
            part: await cache.getOrSet(key, (context) => loads.load(context, { tags: ['recipe'], as: path }), {
              tags: ['recipe'],
              ttl: '1s',
              ...(release !== own && { version: release }),
            }),
          },
        ],
      }
    },
    getRecipe(random) {
      const key = `recipe:${random.below(FEW)}`
      return { run: async () => [{ path: pathOf(key, own), part: await cache.get<Part>(key), fresh: true }] }
    },
  }
}

/** Which value it is: each release has its own. */
function pathOf(key: string, release: number): string {
  return `${key} of release ${release}`
}
