import type { Cache, Definition, NamespaceConfig } from '../../src/index.ts'
import { Left, RefusedLoad } from './database.ts'
import type { Loads } from './loads.ts'
import { instant, type Part } from './oracle.ts'
import type { Random } from './random.ts'
import { type Got, type Reading, type Readings, TOLD_WITHIN } from './reading.ts'
import { SETTLING } from './settling.ts'

/** How many keys of each kind there are: few, so that much happens to each of them. */
export const FEW = 8

/** Namespaces of the kitchen, each with ways of loading that others do not have. */
export const KITCHEN = ['snack', 'drink', 'soup', 'roast', 'errand', 'maybe', 'rare', 'makeshift'] as const

/** How some namespaces are kept: values are compressed, and those of another release are not read. */
export function namespacesOf(release: number): Readonly<Record<string, NamespaceConfig>> {
  return {
    note: { compression: { threshold: 0 } },
    page: { compression: { threshold: 300, algorithm: 'brotli', level: 1 } },
    recipe: { version: release, compression: { threshold: 200 } },
  }
}

type Dish = Definition<[id: number], Part>

/** Reads in the ways in which loads can be asked for: early, late, under a lease, remembered when they fail, and so on. */
export function openKitchen(cache: Cache, loads: Loads, dish: Dish): Readings {
  const snack = cache.define(
    'snack',
    { key: (id: number) => id, ttl: 150, stale: 150, earlyRefresh: 0.5, tags: (part: Part) => [part.category] },
    (_id, context) => loads.load(context, { tags: [], categorised: true, failing: 0.1, life: 300 }),
  )
  const drink = cache.define(
    'drink',
    { key: (id: number) => id, ttl: 80, earlyRefresh: 'xfetch', jitter: 0.3, tags: ['stock'] },
    (_id, context) => loads.load(context, { tags: ['stock'], dated: true, life: 80 }),
  )
  const soup = cache.define(
    'soup',
    { key: (id: number) => id, ttl: 20, stale: '2s', ...PATIENT, tags: ['soup'] },
    (_id, context) => loads.load(context, { tags: ['soup'], failing: 0.1, slow: 2 }, { timeout: PATIENT.loadTimeout }),
  )
  const timeout = loads.only ? 5000 : NOT_FOR_LONG
  const roast = cache.define(
    'roast',
    { key: (id: number) => id, ttl: 300, stale: '1s', ...LEASED, loadTimeout: timeout, tags: ['roast'] },
    (_id, context) => loads.load(context, { tags: ['roast'] }, { timeout, leased: true }),
  )
  const errand = cache.define(
    'errand',
    { key: (id: number) => id, ttl: 60, errorTtl: '1s', argumentTags: () => ['errand'] },
    async (id, context) =>
      loads.load(context, { tags: ['errand'], failing: 0.6, parts: async () => [await dish(id)], life: 60 }),
  )
  const maybe = cache.define(
    'maybe',
    { key: (id: number) => id, ttl: '1s', negativeTtl: 100, tags: ['maybe'] },
    (_id, context) => loads.perhaps(context, { tags: ['maybe'], life: 1000 }, 100),
  )
  const rare = cache.define(
    'rare',
    {
      key: (id: number) => id,
      admission: { minCostMs: 2, minHits: 2 },
      cacheIf: (part: Part) => part.names.length % 2 === 0,
      argumentTags: () => ['rare'],
    },
    (_id, context) => loads.load(context, { tags: ['rare'] }),
  )
  const makeshift = cache.define(
    'makeshift',
    { key: (id: number) => id, ttl: '1s', tags: ['makeshift'] },
    (id, context) =>
      loads.load(context, { tags: ['makeshift'], parts: async () => [await orItsFailure(() => errand(id))] }),
  )
  return {
    makeshift: (random) => of(makeshift, random.below(FEW)),
    snack: (random) => of(snack, random.below(FEW)),
    drink: (random) => of(drink, random.below(FEW)),
    soup: (random) => of(soup, random.below(FEW)),
    roast(random) {
      const id = random.below(ROASTS)
      return { run: async () => [{ path: roast.keyOf(id), part: await roast(id), fresh: loads.only }] }
    },
    errand(random) {
      const id = random.below(FEW)
      return { ...of(errand, id), remembers: errand.keyOf(id) }
    },
    rare: (random) => of(rare, random.below(FEW)),
    maybe(random) {
      const id = random.below(FEW)
      const path = maybe.keyOf(id)
      return { run: async () => [{ path, part: (await maybe(id)) ?? loads.absenceOf(path) }] }
    },
    order: (random) => impatient(cache, loads, random),
  }
}

/** Few, so that several processes want the same. */
const ROASTS = 3
/** Nothing stale is served but where a loader fails, and this one does not. */
const LEASED = { staleWhileRevalidate: false, lease: true } as const
/** For how long a process waits for the claim of one that was killed, in ms. */
const NOT_FOR_LONG = 300
/** Callers wait for 5 ms, loads may take 30: less than many of them do. */
const PATIENT = { staleWhileRevalidate: false, softTimeout: 5, loadTimeout: 30 } as const

/** What a part's load would have returned, where it has failed: a value that does without is made of that. */
async function orItsFailure(read: () => Promise<Part>): Promise<Part | undefined> {
  const began = instant()
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof RefusedLoad)) throw error
    const { part, ended } = error
    // Not of a load that ran when this one began: who joins it gets its error, whenever it began.
    return part.born >= began || ended + TOLD_WITHIN < began ? part : undefined
  }
}

/** Loads under a key of its own that is asked for in every way a single call can: forced, left, or both. */
function impatient(cache: Cache, loads: Loads, random: Random): Reading {
  const id = random.below(FEW)
  const key = `order:${id}`
  const tags = ['order', `settling:${id % SETTLING}`]
  const refresh = random.chance(0.3)
  const patience = random.chance(0.5) ? random.next() * 25 : undefined
  const stale = random.chance(0.5) ? 200 : 0
  return {
    run: async () => {
      const leaving = new AbortController()
      const timer = patience === undefined ? undefined : setTimeout(() => leaving.abort(new Left()), patience)
      try {
        const part = await cache.getOrSet(
          key,
          (context) => loads.load(context, { tags, failing: 0.05 }, { timeout: 200 }),
          {
            tags,
            ttl: '1s',
            stale,
            loadTimeout: 200,
            refresh,
            ...(patience !== undefined && { signal: leaving.signal }),
          },
        )
        return [{ path: key, part, forced: refresh }]
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** A read of one entry. */
export function of<Args extends readonly unknown[]>(
  definition: ((...args: Args) => Promise<Part>) & { keyOf(...args: Args): string },
  ...args: Args
): Reading {
  return {
    run: async (): Promise<readonly Got[]> => [{ path: definition.keyOf(...args), part: await definition(...args) }],
  }
}
