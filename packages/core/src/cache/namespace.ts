import type { Key } from '../keys.ts'
import type { LoadContext } from './load-context.ts'
import type { GetOrSetOptions, Peeked, Remaining, Scope } from './scope.ts'
import type { SetManyOptions, SetOptions } from './setter.ts'
import type { Lifetime } from './settings.ts'
import type { KeysOptions, NamespacePurge, Purged, PurgeOptions, Purger } from './purge.ts'
import type { Invalidator, Reached } from './targets.ts'

/** What can be done with entries by their keys. */
export interface Keyed {
  /**
   * The value of a key; on a miss what `load` returns, which is then stored. One load per key runs at a time in this
   * process. Values are deep-frozen plain data, or a copy of your own where parts of them can change (Date, Map, ...).
   *
   * Rejects with the loader's error, or with a RedstartError: `INVALID_ARGUMENT`, `LOAD_TIMEOUT`, `LOAD_CYCLE`,
   * `CLOSED`. Failures of the backend never reach the caller.
   */
  getOrSet<T>(key: Key, load: (context: LoadContext) => T | Promise<T>, options?: GetOrSetOptions<T>): Promise<T>
  /**
   * What this process knows of a key, at once and without asking anybody: a miss where it would have to ask, as always
   * with strict consistency.
   */
  peek(key: Key): Peeked
  /** Whether the key has a fresh value. */
  has(key: Key): Promise<boolean>
  /** The fresh value of a key, or undefined. The type is yours to vouch for. */
  get<T = unknown>(key: Key): Promise<T | undefined>
  /** The fresh values of many keys, in one trip; keys without one are left out. */
  getMany<K extends Key>(keys: readonly K[]): Promise<Map<K, unknown>>
  /** How long the fresh value of a key lives on; undefined where there is none. */
  ttl(key: Key): Promise<Remaining | undefined>
  /**
   * Lets a fresh value live as long from now as it would when it was set now; it is as old as it was, and what has been
   * invalidated stays so. False where there is none, or the backend does not answer.
   *
   * Other instances learn of it when they next ask for the entry beyond their memory: until then they go on by the life
   * that they had read, as they do where it was made shorter. Invalidate what must end.
   *
   * @param life defaults are the namespace's.
   */
  touch(key: Key, life?: Lifetime): Promise<boolean>
  /**
   * Stores a value and invalidates what was there: a load that began before cannot bring the old value back.
   *
   * @throws RedstartError `UNSUPPORTED_VALUE`, `VALUE_TOO_LARGE`, `TOO_MANY_TAGS` or `INVALID_ARGUMENT`; nothing was
   *   changed then.
   */
  set(key: Key, value: unknown, options?: SetOptions): Promise<Reached>
  /**
   * Stores up to 10,000 values: one invalidation for all of them, then the writes. Rejects like `set`, before anything was
   * changed.
   */
  setMany(entries: Iterable<readonly [Key, unknown]>, options?: SetManyOptions): Promise<Reached>
  /** Invalidates one key, on every instance. */
  delete(key: Key): Promise<Reached>
}

/** Entries whose keys share a first part, with defaults and counters of their own. */
export interface Namespace extends Keyed {
  readonly name: string
  /** Invalidates the whole namespace, in one step however many entries it has. */
  clear(): Promise<Reached>
  /** As `purge` of the cache, with a pattern over the namespace's keys. */
  purge(request: NamespacePurge, options?: PurgeOptions): Promise<Purged>
  /** As `keys` of the cache, without the namespace in front. */
  keys(options?: KeysOptions): AsyncIterableIterator<string>
}

export function createNamespace(name: string, scope: Scope, { invalidator, purger }: NamespaceParts): Namespace {
  return {
    name,
    ...createKeyed(scope),
    clear: () => invalidator.invalidate({ namespace: name }),
    purge: (request, options) => purger.purge({ ...request, namespace: name }, options),
    keys: (options) => purger.keys(`${name}:`, options),
  }
}

interface NamespaceParts {
  readonly invalidator: Invalidator
  readonly purger: Purger
}

export function createKeyed(scope: Scope): Keyed {
  return {
    getOrSet: (key, load, options) => scope.getOrSet(key, load, options),
    peek: (key) => scope.peek(key),
    has: (key) => scope.has(key),
    // The caller names the type of what it stored; nothing here can check it.
    get: async <T>(key: Key) => (await scope.get(key)) as T | undefined,
    getMany: (keys) => scope.getMany(keys),
    ttl: (key) => scope.ttl(key),
    touch: (key, life) => scope.touch(key, life),
    set: (key, value, options) => scope.set(key, value, options),
    setMany: (entries, options) => scope.setMany(entries, options),
    delete: (key) => scope.delete(key),
  }
}
