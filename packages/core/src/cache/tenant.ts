import { checkObject, invalidArgument } from '../errors.ts'
import { escapePart, type Key, type KeyPart, keyText } from '../keys.ts'
import type { Engine } from './engine.ts'
import type { LoadContext } from './load-context.ts'
import { createKeyed, type Keyed } from './namespace.ts'
import { type GetOrSetOptions, Scope } from './scope.ts'
import { type InvalidationOptions, type InvalidationTarget, rawPath, type Reached } from './targets.ts'

/**
 * The cache of one customer of many. No key and no tag of one tenant can name an entry of another, whatever text they are
 * made of, nor does an invalidation reach beyond it.
 */
export interface Tenant extends Keyed {
  readonly id: string
  /** The tenant's entries in one namespace: keys are then without it. */
  namespace(name: string): Keyed
  /** As `invalidate` of the instance, for the tenant's own tags, keys, namespace or prefix. */
  invalidate(target: InvalidationTarget, options?: InvalidationOptions): Promise<Reached>
  /** Invalidates everything that the tenant has. */
  clear(): Promise<Reached>
}

/** @throws RedstartError `INVALID_ARGUMENT` for an id that is empty, too long or has control characters. */
export function createTenant(engine: Engine, id: string): Tenant {
  const names = new TenantNames(checkTenant(id))
  return {
    id,
    ...createTenantKeyed(engine, names, (text) => names.path(text)),
    namespace: (name) => createTenantKeyed(engine, names, (text) => `${name}:${names.prefix}${text}`),
    async invalidate(target, options) {
      engine.checkOpen()
      return engine.invalidator.invalidate(names.target(target), options)
    },
    async clear() {
      engine.checkOpen()
      return engine.invalidator.invalidate({ tags: [names.prefix] })
    },
  }
}

function createTenantKeyed(engine: Engine, names: TenantNames, path: (text: string) => string): Keyed {
  const keyed = createKeyed(new Scope(engine, path))
  return {
    ...keyed,
    getOrSet: <T>(key: Key, load: (context: LoadContext) => T | Promise<T>, options: GetOrSetOptions<T> = {}) =>
      keyed.getOrSet(key, (context) => load(names.context(context)), {
        ...options,
        tags: names.resultTags(options.tags),
      }),
    set: (key, value, options = {}) => keyed.set(key, value, { ...options, tags: names.tags(options.tags) }),
    setMany: (entries, options = {}) => keyed.setMany(entries, { ...options, tags: names.tags(options.tags) }),
  }
}

/** What a tenant's words are called among everybody's: the tenant is a part of each path and tag that no text can leave. */
class TenantNames {
  /** Also the tag of everything that the tenant has. */
  readonly prefix: string

  constructor(id: string) {
    this.prefix = `@${escapePart(id)}:`
  }

  /** Behind the namespace, so that a namespace's defaults, counters and invalidation stay the same for all tenants. */
  path(text: string): string {
    const path = rawPath(text)
    const end = path.indexOf(':') + 1
    return path.slice(0, end) + this.prefix + path.slice(end)
  }

  tags(tags: readonly string[] = []): readonly string[] {
    return [this.prefix, ...this.#each('tags', tags, (tag) => this.prefix + tag)]
  }

  resultTags<T>(tags: GetOrSetOptions<T>['tags']): readonly string[] | ((value: T) => readonly string[]) {
    return typeof tags === 'function' ? (value) => this.tags(tags(value)) : this.tags(tags)
  }

  context(context: LoadContext): LoadContext {
    return { ...context, tags: (...tags) => context.tags(...tags.map((tag) => this.prefix + tag)) }
  }

  target(target: InvalidationTarget): InvalidationTarget {
    checkObject('the target of invalidate', target)
    const { tags, keys, namespace, namespaces = [], prefix, prefixes = [], ...others } = target
    // What is not known here cannot be kept inside the tenant.
    const [unknown] = Object.keys(others)
    if (unknown !== undefined)
      throw invalidArgument('the target of invalidate', unknown, 'tags, keys, namespaces or prefixes')
    const spaces = [...(namespace === undefined ? [] : [namespace]), ...this.#each('namespaces', namespaces, same)]
    const starts = [...(prefix === undefined ? [] : [prefix]), ...this.#each('prefixes', prefixes, same)]
    const own = [...spaces.map((space) => `${space}:`), ...starts.map(prefixText)].map((text) => this.path(text))
    return {
      ...(tags !== undefined && { tags: this.#each('tags', tags, (tag) => this.prefix + tag) }),
      ...(keys !== undefined && { keys: this.#each('keys', keys, (key) => this.path(keyText(key))) }),
      ...(own.length > 0 && { prefixes: own }),
    }
  }

  #each<A, B>(what: string, list: readonly A[], make: (one: A) => B): readonly B[] {
    if (!Array.isArray(list)) throw invalidArgument(what, list, 'an array')
    return list.map(make)
  }
}

function same<A>(one: A): A {
  return one
}

function prefixText(prefix: string | readonly KeyPart[]): string {
  return typeof prefix === 'string' ? prefix : `${keyText(prefix)}:`
}

const LONGEST_ID = 64

function checkTenant(id: unknown): string {
  if (typeof id === 'string' && id !== '' && id.length <= LONGEST_ID && !/[\p{Cc}\p{Surrogate}]/u.test(id)) return id
  throw invalidArgument('the id of a tenant', id, `1 to ${LONGEST_ID} characters without control characters`)
}
