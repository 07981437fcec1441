import { invalidArgument } from '../errors.ts'
import { checkNamespace } from '../keys.ts'
import { type NamespaceStats, readCounters } from '../telemetry/counters.ts'
import { type CachedMaker, createCached } from './cached.ts'
import { createDefinition, type Definition, type DefinitionOptions, type FixedArguments } from './definition.ts'
import type { Engine } from './engine.ts'
import type { L1Stats } from './l1.ts'
import type { LoadContext } from './load-context.ts'
import { createKeyed, createNamespace, type Keyed, type Namespace } from './namespace.ts'
import { Scope } from './scope.ts'
import { rawPath, type Reached } from './targets.ts'
import { createTenant, type Tenant } from './tenant.ts'
import type { Token } from './token.ts'

/** Counters of every namespace that was used, and what memory holds. */
export interface CacheStats {
  readonly namespaces: Readonly<Record<string, NamespaceStats>>
  readonly l1: L1Stats
  /** Invalidated names that wait for the backend to answer again. */
  readonly pendingInvalidations: number
}

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
   *   loaders under one name would answer for each other.
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
  stats(): CacheStats
}

export function createCache(engine: Engine): Cache {
  const scope = new Scope(engine, rawPath)
  const taken = new Set<string>()
  return {
    ...createKeyed(scope),
    async clear() {
      engine.checkOpen()
      return engine.invalidator.everything()
    },
    namespace(name) {
      checkNamespace(name)
      return createNamespace(name, new Scope(engine, (text) => `${name}:${text}`), engine.invalidator)
    },
    tenant: (id) => createTenant(engine, id),
    define(name, options, load) {
      if (taken.has(name))
        throw invalidArgument('the name of a definition', name, 'one that this instance has not used yet')
      const definition = createDefinition(name, scope, engine.frames, options, load)
      taken.add(name)
      return definition
    },
    cached: createCached(scope, (name) => {
      if (taken.has(name))
        throw invalidArgument('the name of a definition', name, 'one that this instance has not used yet')
      taken.add(name)
    }),
    token: () => scope.token(),
    stats: () => ({
      namespaces: Object.fromEntries(
        [...engine.telemetry.namespaces()].map(([name, counters]) => [name, readCounters(counters)]),
      ),
      l1: engine.l1.stats(),
      pendingInvalidations: engine.coherence.pending.size,
    }),
  }
}
