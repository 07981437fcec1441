import { glob, type Reached, type Redstart, RedstartError } from '../../src/index.ts'
import { anyPath, DISHES, MENUS, notePath, PLACES, SHELVES, TOPICS } from './catalog.ts'
import { CATEGORIES, type Database, LATE } from './database.ts'
import { ALL, keyed, namesOf, tagged, under } from './names.ts'
import { instant, type Oracle, type Part } from './oracle.ts'
import type { Random } from './random.ts'
import type { Member } from './world.ts'

/** One invalidation that may be made. */
export interface Invalidating {
  readonly names: readonly string[]
  readonly set?: number
  readonly run: () => Promise<Reached>
}

/** What surrounds an instance, as far as its invalidations have to do with it. */
export interface Surroundings {
  readonly oracle: Pick<Oracle, 'nextSet'>
  readonly database: Pick<Database, 'move'>
}

type Make = (random: Random, member: Member, around: Surroundings) => Invalidating

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
  lazy: 3,
  purge: 2,
}

/** The kinds by which only keys and prefixes are marked. */
export const OF_PATHS: readonly Kind[] = ['key', 'keys', 'prefix', 'namespace', 'set']

/** Any invalidation of these kinds, the narrow ones more often. */
export function anyInvalidation(random: Random, kinds: readonly Kind[] = KINDS): Kind {
  let left = random.next() * kinds.reduce((sum, kind) => sum + WEIGHTS[kind], 0)
  return kinds.find((kind) => (left -= WEIGHTS[kind]) < 0) ?? 'key'
}

export function makeInvalidation(kind: Kind, random: Random, member: Member, around: Surroundings): Invalidating {
  return MAKERS[kind](random, member, around)
}

const MAKERS: Readonly<Record<Kind, Make>> = {
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
    const path = anyPath(random)
    return { names: [keyed(path)], run: () => node.redstart.cache.delete(path) }
  },
  keys(random, { node }) {
    const keys = Array.from({ length: 1 + random.below(5) }, () => anyPath(random))
    return { names: keys.map(keyed), run: () => node.redstart.invalidate({ keys }) }
  },
  prefix(random, { node }) {
    const prefix = anyPrefix(random)
    return { names: [under(prefix)], run: () => node.redstart.invalidate({ prefix }) }
  },
  namespace(random, { node }) {
    const name = random.pick(['dish', 'stock', 'price', 'page', 'note', 'default'])
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
  set(random, { node }, { oracle }) {
    const path = notePath(random)
    const tags = [`topic:${random.below(TOPICS)}`]
    const set = oracle.nextSet()
    const value: Part = {
      path,
      born: instant(),
      set,
      names: namesOf(path, tags),
      category: '',
      parts: [],
      ...(random.chance(0.5) && { at: new Date(0) }),
    }
    return { names: [keyed(path)], set, run: () => node.redstart.cache.set(path, value, { tags, ttl: '2s' }) }
  },
  // Lazy ones let stale data be served by choice, so nothing is claimed of them.
  lazy: (random, { node }) => ({
    names: [],
    run: () => node.redstart.invalidate({ tags: [anyTag(random)] }, { strategy: 'lazy' }),
  }),
  purge(random, { node: { redstart } }) {
    const [path, prefix] = [anyPath(random), anyPrefix(random)]
    if (random.chance(0.3)) return { names: [keyed(path)], run: () => purged(redstart, glob.escape(path)) }
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

function byTags(
  tags: readonly string[],
  invalidate: (target: { tags: readonly string[] }) => Promise<Reached>,
): Invalidating {
  return { names: tags.map(tagged), run: () => invalidate({ tags }) }
}

function anyTag(random: Random): string {
  switch (random.below(5)) {
    case 0:
      return `menu:${random.below(MENUS)}`
    case 1:
      return `topic:${random.below(TOPICS)}`
    case 2:
      return `late:${random.below(LATE)}`
    case 3:
      return random.chance(0.2) ? 'stock' : `late:${random.below(LATE)}`
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
