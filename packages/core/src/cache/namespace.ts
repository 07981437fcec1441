import type { Key } from '../keys.ts'
import type { LoadContext } from './load-context.ts'
import type { GetOrSetOptions, Scope, SetOptions } from './scope.ts'
import type { Invalidator, Reached } from './targets.ts'

/** Entries whose keys share a first part, with defaults and counters of their own. */
export interface Namespace {
  readonly name: string
  /**
   * The value of a key; on a miss what `load` returns, which is then stored. One load per key runs at a time in this
   * process. Values are deep-frozen plain data, or a copy of your own where parts of them can change (Date, Map, ...).
   *
   * Rejects with the loader's error, or with a RedstartError: `INVALID_ARGUMENT`, `LOAD_TIMEOUT`, `LOAD_CYCLE`,
   * `CLOSED`. Failures of the backend never reach the caller.
   */
  getOrSet<T>(key: Key, load: (context: LoadContext) => T | Promise<T>, options?: GetOrSetOptions<T>): Promise<T>
  /** The fresh value of a key, or undefined. The type is yours to vouch for. */
  get<T = unknown>(key: Key): Promise<T | undefined>
  /**
   * Stores a value and invalidates what was there: a load that began before cannot bring the old value back.
   *
   * @throws RedstartError `UNSUPPORTED_VALUE`, `VALUE_TOO_LARGE`, `TOO_MANY_TAGS` or `INVALID_ARGUMENT`; nothing was
   *   changed then.
   */
  set(key: Key, value: unknown, options?: SetOptions): Promise<Reached>
  /** Invalidates one key, on every instance. */
  delete(key: Key): Promise<Reached>
  /** Invalidates the whole namespace, in one step however many entries it has. */
  clear(): Promise<Reached>
}

export function createNamespace(name: string, scope: Scope, invalidator: Invalidator): Namespace {
  return {
    name,
    getOrSet: (key, load, options) => scope.getOrSet(key, load, options),
    // The caller names the type of what it stored; nothing here can check it.
    get: async <T>(key: Key) => (await scope.get(key)) as T | undefined,
    set: (key, value, options) => scope.set(key, value, options),
    delete: (key) => scope.delete(key),
    clear: () => invalidator.invalidate({ namespace: name }),
  }
}
