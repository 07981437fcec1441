import { DISHES, notePath, PLACES, SHELVES, TOPICS } from './catalog.ts'
import { FEW } from './kitchen.ts'
import type { Make } from './making.ts'
import { keyed, namesOf } from './names.ts'
import { instant, type Part } from './oracle.ts'
import type { Random } from './random.ts'

/** Values that callers bring, and what they do to those that are there. */
export const WRITES: Readonly<Record<'set' | 'sets' | 'token' | 'touch', Make>> = {
  set(random, { node }, { oracle }) {
    const path = notePath(random)
    const tags = [`topic:${random.below(TOPICS)}`]
    const set = oracle.nextSet()
    const value = noteOf(path, tags, random, { set })
    return { names: [keyed(path)], set, run: () => node.redstart.cache.set(path, value, { tags, ttl: '2s' }) }
  },
  sets(random, { node }, { oracle }) {
    const paths = [...new Set(Array.from({ length: 1 + random.below(5) }, () => notePath(random)))]
    const tags = [`topic:${random.below(TOPICS)}`]
    const set = oracle.nextSet()
    const values = paths.map((path): [string, Part] => [path, noteOf(path, tags, random, { set })])
    return { names: paths.map(keyed), set, run: () => node.redstart.cache.setMany(values, { tags, ttl: '2s' }) }
  },
  // It counts as loaded when the token was taken, and hits nothing.
  token(random, { node }, { database }) {
    const path = notePath(random)
    const tags = [`topic:${random.below(TOPICS)}`]
    return {
      names: [],
      run: async () => {
        const { cache } = node.redstart
        const at = await cache.token()
        const value = noteOf(path, tags, random)
        await database.work()
        return cache.set(path, value, { tags, ttl: '2s', at })
      },
    }
  },
  // It hits nothing, and may bring nothing back.
  touch(random, { node }) {
    const path = random.pick(TOUCHED)(random)
    const ttl = random.pick([20, '1s', '1h'] as const)
    return {
      names: [],
      run: async () => {
        await node.redstart.cache.touch(path, { ttl, stale: 100 })
        return { reached: 'all' }
      },
    }
  },
}

/** What some instance may have under these keys has no end that the oracle knows of. */
const TOUCHED: readonly ((random: Random) => string)[] = [
  notePath,
  (random) => `dish:${random.below(DISHES)}`,
  (random) => `stock:${random.below(SHELVES)}:${random.below(PLACES)}`,
  (random) => `${random.pick(['meal', 'roast', 'soup', 'order', 'recipe'])}:${random.below(FEW)}`,
]

/** A value that a caller brings. */
function noteOf(path: string, tags: readonly string[], random: Random, by: { readonly set?: number } = {}): Part {
  const names = namesOf(path, tags)
  return {
    path,
    born: instant(),
    ...by,
    names,
    category: '',
    parts: [],
    ...(random.chance(0.5) && { at: new Date(0) }),
  }
}
