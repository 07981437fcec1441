import { setImmediate, setTimeout } from 'node:timers/promises'
import { type LoadContext, type Redstart, RedstartError } from '../../src/index.ts'
import type { Random } from '../checker/random.ts'

/** A loader that failed on purpose. */
class RefusedLoad extends Error {}

/** What one operation works with. */
export interface Place {
  readonly redstart: Redstart
  readonly random: Random
}

type Operation = (place: Place) => Promise<unknown>

/** Everything that can be done with an instance. Some of it is refused, as it should be. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  read: ({ redstart, random }) => read(redstart, anyPath(random), random),
  'read many': async ({ redstart, random }) => {
    const paths = Array.from({ length: 1 + random.below(20) }, () => anyPath(random))
    const reads = [...paths, ...paths.slice(0, 3)].map((path) => read(redstart, path, random))
    for (const outcome of await Promise.allSettled(reads))
      if (outcome.status === 'rejected' && !(outcome.reason instanceof RefusedLoad)) throw outcome.reason
  },
  'read in a new namespace': ({ redstart, random }) => read(redstart, `n${random.below(1e9)}:key`, random),
  'read nested': ({ redstart, random }) => readPage(redstart, random),
  get: async ({ redstart, random }) => {
    const path = anyPath(random)
    check(await redstart.cache.get<Value>(path), path)
  },
  set: async ({ redstart, random }) => {
    const path = anyPath(random)
    return redstart.cache.set(path, valueOf(path, random), { tags: [anyTag(random)], ttl: anyTtl(random) })
  },
  delete: ({ redstart, random }) => redstart.cache.delete(anyPath(random)),
  'invalidate tags': ({ redstart, random }) => redstart.invalidate({ tags: [anyTag(random), anyTag(random)] }),
  'invalidate new tags': ({ redstart, random }) =>
    redstart.invalidate({ tags: Array.from({ length: 50 }, () => `tag-${random.below(1e9)}`) }),
  'invalidate keys': ({ redstart, random }) => redstart.invalidate({ keys: [anyPath(random), anyPath(random)] }),
  'invalidate a prefix': ({ redstart, random }) => redstart.invalidate({ prefix: `dish:${random.below(100)}:` }),
  'invalidate a namespace': ({ redstart, random }) => redstart.cache.namespace(anyNamespace(random)).clear(),
  'invalidate lazily': ({ redstart, random }) => redstart.invalidate({ tags: [anyTag(random)] }, { strategy: 'lazy' }),
  'invalidate or throw': ({ redstart, random }) => redstart.invalidate({ tags: [anyTag(random)] }, { require: 'all' }),
  clear: ({ redstart }) => redstart.cache.clear(),
  'time out': ({ redstart, random }) =>
    // One of them never settles.
    redstart.cache.getOrSet(`slow:${random.below(1e9)}`, ({ signal }) => aborted(signal, random.chance(0.5)), {
      loadTimeout: 20,
    }),
  'wait for itself': ({ redstart, random }) => {
    const path = `cycle:${random.below(1e9)}`
    const ask = (): Promise<unknown> => redstart.cache.getOrSet(path, ask)
    return ask()
  },
  'load what cannot be stored': ({ redstart, random }) =>
    redstart.cache.getOrSet(`odd:${random.below(1e9)}`, () => () => undefined),
  'set what cannot be stored': ({ redstart, random }) => redstart.cache.set(anyPath(random), Symbol('value')),
  'set with too many tags': ({ redstart, random }) =>
    redstart.cache.set(anyPath(random), 1, { tags: Array.from({ length: 65 }, (_, tag) => `tag-${tag}`) }),
  'ask for nothing': ({ redstart }) => redstart.cache.get(''),
  'ask for health': ({ redstart }) => redstart.health(),
  listen: async ({ redstart, random }) => {
    let heard = 0
    const stop = redstart.events.subscribe(() => void (heard += 1))
    await setTimeout(random.below(20))
    stop()
    return redstart.cache.stats()
  },
}

/** How often each comes, where it is not once. */
const WEIGHTS: Readonly<Record<string, number>> = {
  read: 30,
  'read many': 12,
  'read in a new namespace': 5,
  'read nested': 10,
  get: 8,
  set: 8,
  delete: 6,
  'invalidate tags': 6,
  'invalidate keys': 4,
  clear: 0.05,
  'invalidate a namespace': 0.3,
}

const NAMES: readonly string[] = Object.keys(OPERATIONS)
const SUM = NAMES.reduce((sum, name) => sum + (WEIGHTS[name] ?? 1), 0)

export function anyOperation(random: Random): string {
  let left = random.next() * SUM
  return NAMES.find((name) => (left -= WEIGHTS[name] ?? 1) < 0) ?? 'read'
}

/** Names of more invalidations than a process remembers, so that its memory of them is full. */
export async function fillViews(redstart: Redstart): Promise<void> {
  for (let first = 0; first < 21_000; first += 1000)
    await redstart.invalidate({ tags: Array.from({ length: 1000 }, (_, tag) => `full-${first + tag}`) })
}

/** Which of the {@link EXPECTED_FAILURES} a failure is. */
export function failureKind(error: unknown): string | undefined {
  const kind = error instanceof RefusedLoad ? 'refused' : RedstartError.is(error) ? error.code : ''
  return EXPECTED_FAILURES.has(kind) ? kind : undefined
}

export const EXPECTED_FAILURES: ReadonlySet<string> = new Set([
  'refused',
  'INVALID_ARGUMENT',
  'UNSUPPORTED_VALUE',
  'TOO_MANY_TAGS',
  'NOT_REACHED',
  'LOAD_TIMEOUT',
  'LOAD_CYCLE',
])

interface Value {
  readonly path: string
  readonly text: string
  readonly at?: Date
  readonly parts?: readonly (Value | undefined)[]
}

async function read(redstart: Redstart, path: string, random: Random): Promise<Value> {
  const own = random.fork()
  const value = await redstart.cache.getOrSet(path, (context) => load(context, own), {
    tags: random.chance(0.5) ? [anyTag(random)] : (loaded: Value) => [`long-${loaded.text.length % 50}`],
    ttl: anyTtl(random),
    stale: random.chance(0.5) ? 2000 : 0,
    staleWhileRevalidate: random.chance(0.7),
  })
  return check(value, path)
}

async function readPage(redstart: Redstart, random: Random): Promise<Value> {
  const path = `page:${random.below(200)}`
  const own = random.fork()
  const value = await redstart.cache.getOrSet(path, async (context) => {
    const parts = await Promise.all([read(redstart, anyPath(own), own), redstart.cache.get<Value>(anyPath(own))])
    return { ...(await load(context, own)), parts }
  })
  return check(value, path)
}

async function load({ path, tags }: LoadContext, random: Random): Promise<Value> {
  if (random.chance(0.3)) await setImmediate()
  else await setTimeout(random.below(15))
  if (random.chance(0.05)) throw new RefusedLoad(path)
  if (random.chance(0.2)) tags(anyTag(random))
  return valueOf(path, random)
}

function valueOf(path: string, random: Random): Value {
  const length = random.chance(0.01) ? 20_000 : 20 + random.below(300)
  return { path, text: 'x'.repeat(length), ...(random.chance(0.2) && { at: new Date(0) }) }
}

function aborted(signal: AbortSignal, settles: boolean): Promise<never> {
  return new Promise((_, reject) => {
    if (settles) signal.addEventListener('abort', () => reject(new RefusedLoad('aborted')))
  })
}

/** Fails the run where a read gives what belongs elsewhere. */
function check<T extends Value | undefined>(value: T, path: string): T {
  // What was set under a path by an operation that is refused, or by another kind, carries no path.
  if (value !== undefined && value.path !== path) throw new Error(`${path} gave what belongs to ${value.path}`)
  return value
}

function anyNamespace(random: Random): string {
  return random.pick(['dish', 'stock', 'price', 'note'])
}

/** One of 40 000 paths; a few of them far more often than the others. */
function anyPath(random: Random): string {
  return `${anyNamespace(random)}:${random.below(100)}:${Math.floor(random.next() ** 3 * 100)}`
}

function anyTag(random: Random): string {
  return `tag-${random.below(500)}`
}

function anyTtl(random: Random): number {
  return 50 + random.below(10_000)
}
