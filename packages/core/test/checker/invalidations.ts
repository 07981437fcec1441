import { glob, type Reached, type Redstart, RedstartError } from '../../src/index.ts'
import { anyPath, DISHES, MENUS, PLACES, SHELVES, TOPICS } from './catalog.ts'
import { CATEGORIES, LATE } from './database.ts'
import type { Invalidating } from './invalidating.ts'
import { FEW } from './kitchen.ts'
import { leftoverPath } from './leftovers.ts'
import type { Make, Surroundings } from './making.ts'
import { ALL, keyed, tagged, under } from './names.ts'
import type { Random } from './random.ts'
import type { Member } from './world.ts'
import { WRITES } from './writes.ts'

export const KINDS = [
  'tag',
  'tags',
  'move',
  'key',
  'keys',
  'prefix',
  'namespace',
  'clear',
  'mixed',
  'set',
  'lazy',
  'purge',
  'sets',
  'commit',
  'settle',
  'tenant',
  'token',
  'touch',
] as const
export type Kind = (typeof KINDS)[number]

/** How often each kind comes, of their sum. */
const WEIGHTS: Readonly<Record<Kind, number>> = {
  tag: 24,
  tags: 6,
  move: 12,
  key: 24,
  keys: 8,
  prefix: 10,
  namespace: 2,
  clear: 1,
  mixed: 4,
  set: 14,
  lazy: 4,
  purge: 2,
  sets: 4,
  commit: 4,
  settle: 2,
  tenant: 8,
  token: 6,
  touch: 8,
}

/** The kinds by which only keys and prefixes are marked. */
export const OF_PATHS: readonly Kind[] = ['key', 'keys', 'prefix', 'namespace', 'set']

/** How long what settles is settling, in ms, at the most. */
const LONGEST_LAG = 60

/** Any invalidation of these kinds, the narrow ones more often. */
export function anyInvalidation(random: Random, kinds: readonly Kind[] = KINDS): Kind {
  let left = random.next() * kinds.reduce((sum, kind) => sum + WEIGHTS[kind], 0)
  return kinds.find((kind) => (left -= WEIGHTS[kind]) < 0) ?? 'key'
}

export function makeInvalidation(kind: Kind, random: Random, member: Member, around: Surroundings): Invalidating {
  return MAKERS[kind](random, member, around)
}

const MAKERS: Readonly<Record<Kind, Make>> = {
  ...WRITES,
  tag: (random, { node }) => byTags([anyTag(random)], node.redstart.invalidate),
  tags: (random, { node }) =>
    byTags(
      Array.from({ length: 2 + random.below(4) }, () => anyTag(random)),
      node.redstart.invalidate,
    ),
  move(random, { node }, { database }) {
    return byTags([database.move(anyPath(random))], node.redstart.invalidate)
  },
  key(random, { node, catalog }) {
    const id = random.below(DISHES)
    if (random.chance(0.3)) return { names: [keyed(`dish:${id}`)], run: () => catalog.forgetDish(id) }
    const path = anyKey(random)
    return { names: [keyed(path)], run: () => node.redstart.cache.delete(path) }
  },
  keys(random, { node }) {
    const keys = Array.from({ length: 1 + random.below(5) }, () => anyKey(random))
    return { names: keys.map(keyed), run: () => node.redstart.invalidate({ keys }) }
  },
  prefix(random, { node }) {
    const prefix = anyPrefix(random)
    return { names: [under(prefix)], run: () => node.redstart.invalidate({ prefix }) }
  },
  namespace(random, { node }) {
    const name = random.pick([
      'dish',
      'stock',
      'price',
      'page',
      'note',
      'default',
      'meal',
      'roast',
      'recipe',
      'guest',
      'leftover',
    ])
    const run = (): Promise<Reached> =>
      random.chance(0.5) ? node.redstart.cache.namespace(name).clear() : node.redstart.invalidate({ namespace: name })
    return { names: [under(`${name}:`)], run }
  },
  clear: (_random, { node }) => ({ names: [ALL], run: () => node.redstart.cache.clear() }),
  mixed(random, { node }) {
    const [tag, path, prefix] = [anyTag(random), anyPath(random), anyPrefix(random)]
    return {
      names: [tagged(tag), keyed(path), under(prefix)],
      run: () => node.redstart.invalidate({ tags: [tag], keys: [path], prefix }),
    }
  },
  lazy(random, { node }) {
    const [tag, path, prefix] = [anyTag(random), anyKey(random), anyPrefix(random)]
    const [name, target] = random.pick([
      [tagged(tag), { tags: [tag] }],
      [keyed(path), { keys: [path] }],
      [under(prefix), { prefix }],
    ])
    return { names: [name], lazy: true, run: () => node.redstart.invalidate(target, { strategy: 'lazy' }) }
  },
  commit(random, { node }, { database }) {
    const [path, tag] = [anyKey(random), anyTag(random)]
    const left = database.move(path)
    return {
      names: [tagged(left), tagged(tag), keyed(path)],
      run: async () => {
        // Where nothing is told, it was told of in vain.
        let reached: Reached = { reached: 'here' }
        await node.redstart.invalidateAfterCommit(
          async (invalidate) => {
            invalidate({ tags: [left] })
            await database.work()
            invalidate({ tags: [tag], keys: [path] })
          },
          { onReached: (where) => (reached = where) },
        )
        return reached
      },
    }
  },
  settle(random, { node }) {
    const tag = node.settling.free(random)
    if (tag === undefined) return byTags([anyTag(random)], node.redstart.invalidate)
    const lag = 1 + random.below(LONGEST_LAG)
    return {
      names: [tagged(tag)],
      run: () => {
        node.settling.begins(tag, lag)
        return node.redstart.invalidate({ tags: [tag] }, { settle: lag })
      },
    }
  },
  tenant: (random, { catalog }, { oracle }) => catalog.tenants.invalidation(random, () => oracle.nextSet()),
  purge(random, { node: { redstart } }) {
    const [path, prefix] = [anyKey(random), anyPrefix(random)]
    if (random.chance(0.3)) return { names: [keyed(path)], told: false, run: () => purged(redstart, glob.escape(path)) }
    if (random.chance(0.8)) return { names: [under(prefix)], run: () => purged(redstart, `${glob.escape(prefix)}*`) }
    // Of a pattern it hits what it finds; nothing is claimed of what it does not.
    return { names: [], run: () => purged(redstart, random.pick(['note:[ab]:*', '*:1?', 'stock:?:*'])) }
  },
}

/** Where the backend fails in the middle, the invalidation has been made all the same, here at the least. */
async function purged({ cache }: Redstart, match: string): Promise<Reached> {
  try {
    return await cache.purge({ match })
  } catch (error) {
    if (RedstartError.is(error) && error.code.startsWith('STORE_')) return { reached: 'here' }
    throw error
  }
}

/** Any path, of which some have an entry for each release, and some are seldom read. */
function anyKey(random: Random): string {
  if (random.chance(0.03)) return leftoverPath(random)
  return random.chance(0.05) ? `recipe:${random.below(FEW)}` : anyPath(random)
}

function byTags(
  tags: readonly string[],
  invalidate: (target: { tags: readonly string[] }) => Promise<Reached>,
): Invalidating {
  return { names: tags.map(tagged), run: () => invalidate({ tags }) }
}

function anyTag(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return `menu:${random.below(MENUS)}`
    case 1:
      return `topic:${random.below(TOPICS)}`
    case 2:
      return `late:${random.below(LATE)}`
    case 3:
      return random.chance(0.2) ? 'stock' : `late:${random.below(LATE)}`
    case 4:
      return random.pick(['soup', 'roast', 'errand', 'maybe', 'rare', 'order', 'recipe'])
    default:
      return `category:${random.below(CATEGORIES)}`
  }
}

function anyPrefix(random: Random): string {
  if (random.chance(0.2)) return random.pick(['note:a:', 'note:b:', 'price:of:'])
  return random.chance(0.9)
    ? `stock:${random.below(SHELVES)}:`
    : `stock:${random.below(SHELVES)}:${random.below(PLACES)}:`
}
