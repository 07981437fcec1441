import { checkFunction, checkObject } from '../errors.ts'
import { checkNamespace, type Key } from '../keys.ts'
import type { Engine } from './engine.ts'
import type { LoadContext } from './load-context.ts'
import { createKeyed, type Keyed } from './namespace.ts'
import { type GetOrSetOptions, Scope } from './scope.ts'
import type { InvalidationOptions, InvalidationTarget, Reached } from './targets.ts'
import { TenantNames } from './tenant-names.ts'

/**
 * The cache of one customer of many. No key and no tag of one tenant can name an entry of another, whatever text they are
 * made of, nor does an invalidation reach beyond it. What is stored without a tenant meets none either, as long as no tag
 * begins as a tenant's names do, and no key that is one text does after its namespace: with `%@`.
 *
 * An entry can have 63 tags: each has one more, for `clear`.
 */
export interface Tenant extends Keyed {
  readonly id: string
  /** The tenant's entries in one namespace: keys are then without it. */
  namespace(name: string): Keyed
  /** As `invalidate` of the instance, for the tenant's own tags, keys, namespaces or prefixes. */
  invalidate(target: InvalidationTarget, options?: InvalidationOptions): Promise<Reached>
  /** Invalidates everything that the tenant has. */
  clear(): Promise<Reached>
}

/** @throws RedstartError `INVALID_ARGUMENT` for an id that is empty, too long or has control characters. */
export function createTenant(engine: Engine, id: string): Tenant {
  const names = new TenantNames(id)
  return {
    id,
    ...createTagging(new Scope(engine, (text) => names.pathOf(text)), names),
    namespace(name) {
      checkNamespace(name)
      return createTagging(new Scope(engine, (text) => names.pathIn(name, text)), names)
    },
    async invalidate(target, options) {
      engine.checkOpen()
      return engine.invalidator.invalidate(names.targetOf(target), options)
    },
    async clear() {
      engine.checkOpen()
      return engine.invalidator.invalidate({ tags: [names.whole] })
    },
  }
}

/** Keys of a scope, with the tenant's tags on whatever is stored. */
function createTagging(scope: Scope, names: TenantNames): Keyed {
  const inner = createKeyed(scope)
  return {
    ...inner,
    async getOrSet<T>(key: Key, load: (context: LoadContext) => T | Promise<T>, options: GetOrSetOptions<T> = {}) {
      checkFunction('the loader', load)
      checkObject('the options of getOrSet', options)
      const { tags } = options
      return inner.getOrSet(key, (context) => load(tagging(context, names)), {
        ...options,
        tags: typeof tags === 'function' ? (value) => names.tagsOf(tags(value)) : names.tagsOf(tags),
      })
    },
    async set(key, value, options = {}) {
      checkObject('the options of set', options)
      return inner.set(key, value, { ...options, tags: names.tagsOf(options.tags) })
    },
    async setMany(entries, options = {}) {
      checkObject('the options of setMany', options)
      return inner.setMany(entries, { ...options, tags: names.tagsOf(options.tags) })
    },
  }
}

function tagging(context: LoadContext, names: TenantNames): LoadContext {
  return { ...context, tags: (...tags) => context.tags(...tags.map((tag) => names.tagOf(tag))) }
}
