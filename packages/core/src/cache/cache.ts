import { invalidArgument } from '../errors.ts'
import { checkNamespace } from '../keys.ts'
import { type CachedMaker, createCached } from './cached.ts'
import { createDefinition, type Definition, type DefinitionOptions, type FixedArguments } from './definition.ts'
import type { Engine } from './engine.ts'
import type { LoadContext } from './load-context.ts'
import type { KeysOptions, Purged, PurgeOptions, PurgeRequest } from './purge.ts'
import { createKeyed, createNamespace, type Keyed, type Namespace } from './namespace.ts'
import { Scope } from './scope.ts'
import { createStats, type StatsReader } from './stats.ts'
import { rawPath, type Reached } from './targets.ts'
import { createTenant, type Tenant } from './tenant.ts'
import type { Token } from './token.ts'

/**
 * The cache. Keys here are whole: `namespace:key`. One without a `:` is in the namespace `default`.
 */
export interface Cache extends Keyed {
  /** The entries of one namespace: keys are then without it. */
  namespace(name: string): Namespace
  /**
   * The entries of one customer of many, none of which another tenant's keys can name.
   *
   * @param id 1 to 64 characters.
   */
  tenant(id: string): Tenant
  /**
   * Puts a cache in front of a loader.
   *
   * @param name the namespace, or the namespace and further parts with `:` between them; once per instance, since two
   *   loaders under one name would answer for each other, but for instances with `redefine`.
   * @param load gets the arguments and, last, a {@link LoadContext}.
   * @throws RedstartError `INVALID_ARGUMENT` for a name that is taken or not allowed, or for an option that is not.
   */
  define<Args extends readonly unknown[], T>(
    name: string,
    options: DefinitionOptions<Args, T> & FixedArguments<Args>,
    load: (...args: [...Args, LoadContext]) => T | Promise<T>,
  ): Definition<Args, T>
  /**
   * Puts a cache in front of a function, or of a method as its decorator: the same to call, but for frozen results.
   *
   * @param name as in {@link Cache.define}.
   * @throws RedstartError `INVALID_ARGUMENT` as {@link Cache.define}.
   */
  cached: CachedMaker
  /**
   * The present moment, for a value that is about to be read from its source: hand it to `set` as `at`, and what is
   * invalidated in between hides the value. `getOrSet` does so by itself.
   */
  token(): Promise<Token>
  /** Invalidates everything, in one step. */
  clear(): Promise<Reached>
  /**
   * Removes entries by a pattern over their keys, for maintenance: it walks over all keys of the server, a thousand at a
   * time (`SCAN`, never `KEYS`), each of which costs it a few milliseconds. What can be named is better invalidated: a tag,
   * a prefix, a namespace.
   *
   * With a pattern of a prefix and a star (`orders:42:*`, at most eight `:`) everything under the prefix is invalidated
   * first, as by `invalidate({ prefix })`, whatever the walk then finds to remove. With any other pattern each matching
   * entry that the walk finds in the backend, that this instance has in memory or that it loads at the call, is
   * invalidated as by `delete` and removed; a load of it that began before cannot bring it back, on any instance. What the
   * walk does not find stays: entries that others store while it runs, and those that only another instance has in memory
   * or loads. From 20 000 matching entries on, all that is under the longest prefix of the pattern is invalidated instead,
   * which `widened` tells.
   *
   * Rejects with the backend's `STORE_TIMEOUT`, `STORE_UNAVAILABLE` or `STORE_FAILED`, saying how far it came; what was
   * removed stays so, and a further call goes on with the others.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a pattern that is not allowed, or that means everything without saying
   *   `all`.
   */
  purge(request: PurgeRequest, options?: PurgeOptions): Promise<Purged>
  /**
   * The keys of what the backend has, in no order and some perhaps twice: also those that were invalidated or are stale,
   * and not those that only memory has. Asks for a thousand at a time, as they are taken. Rejects as {@link Cache.purge}.
   */
  keys(options?: KeysOptions): AsyncIterableIterator<string>
  /**
   * What was counted and timed since the start of the instance, and what memory holds; with `{ namespace }` that of one.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for what is no namespace.
   */
  readonly stats: StatsReader
}

/** @param redefine whether names of definitions may be taken again. */
export function createCache(engine: Engine, redefine: boolean): Cache {
  const scope = new Scope(engine, rawPath)
  const taken = new Set<string>()
  const checkFree = (name: string): void => {
    if (taken.has(name) && !redefine)
      throw invalidArgument('the name of a definition', name, 'one that this instance has not used yet')
  }
  return {
    ...createKeyed(scope),
    async clear() {
      engine.checkOpen()
      return engine.invalidator.everything()
    },
    namespace(name) {
      checkNamespace(name)
      return createNamespace(name, new Scope(engine, (text) => `${name}:${text}`), engine)
    },
    tenant: (id) => createTenant(engine, id),
    define(name, options, load) {
      checkFree(name)
      const definition = createDefinition(name, scope, engine, options, load)
      taken.add(name)
      return definition
    },
    cached: createCached(scope, (name) => {
      checkFree(name)
      taken.add(name)
    }),
    purge: (request, options) => engine.purger.purge(request, options),
    keys: (options) => engine.purger.keys('', options),
    token: () => scope.token(),
    stats: createStats(engine),
  }
}
