import { invalidArgument } from '../errors.ts'
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

const LONGEST_ID = 64

/** @throws RedstartError `INVALID_ARGUMENT` for an id that is empty, too long or has control characters. */
export function createTenant(engine: Engine, id: string): Tenant {
  const prefix = `@${escapePart(checkTenant(id))}:`
  const whole = prefix
  const tagOf = (tag: string): string => prefix + tag

  /** Behind the namespace, so that a namespace's defaults, counters and invalidation stay the same for all tenants. */
  function pathOf(text: string): string {
    const path = rawPath(text)
    const end = path.indexOf(':') + 1
    return path.slice(0, end) + prefix + path.slice(end)
  }

  function keyed(path: (text: string) => string): Keyed {
    const inner = createKeyed(new Scope(engine, path))
    return {
      ...inner,
      getOrSet: <T>(key: Key, load: (context: LoadContext) => T | Promise<T>, options: GetOrSetOptions<T> = {}) =>
        inner.getOrSet(key, (context) => load(tagging(context)), {
          ...options,
          tags: tagsOf(options.tags),
        }),
      set: (key, value, options = {}) => inner.set(key, value, { ...options, tags: tagsOf(options.tags) }),
      setMany: (entries, options = {}) => inner.setMany(entries, { ...options, tags: tagsOf(options.tags) }),
    }
  }

  function tagsOf(tags: readonly string[] | undefined): readonly string[]
  function tagsOf<T>(tags: GetOrSetOptions<T>['tags']): readonly string[] | ((value: T) => readonly string[])
  function tagsOf<T>(tags: GetOrSetOptions<T>['tags'] = []): readonly string[] | ((value: T) => readonly string[]) {
    if (typeof tags === 'function') return (value) => [whole, ...tags(value).map(tagOf)]
    if (!Array.isArray(tags)) throw invalidArgument('tags', tags, 'an array of strings')
    return [whole, ...tags.map(tagOf)]
  }

  function tagging(context: LoadContext): LoadContext {
    return { ...context, tags: (...tags) => context.tags(...tags.map(tagOf)) }
  }

  function targetOf({ tags, keys, namespace, prefix: start, ...others }: InvalidationTarget): InvalidationTarget {
    // What is not known here cannot be kept inside the tenant.
    const [unknown] = Object.keys(others)
    if (unknown !== undefined)
      throw invalidArgument('the target of invalidate', unknown, 'tags, keys, namespace or prefix')
    const starts = [
      ...(namespace === undefined ? [] : [pathOf(`${namespace}:`)]),
      ...(start === undefined ? [] : [pathOf(prefixText(start))]),
    ]
    const [one, another] = starts
    if (another !== undefined)
      throw invalidArgument('the target of invalidate', { namespace, start }, 'a namespace or a prefix')
    return {
      ...(tags !== undefined && { tags: tags.map(tagOf) }),
      ...(keys !== undefined && { keys: keys.map((key) => pathOf(keyText(key))) }),
      ...(one !== undefined && { prefix: one }),
    }
  }

  return {
    id,
    ...keyed(pathOf),
    namespace: (name) => keyed((text) => `${name}:${prefix}${text}`),
    async invalidate(target, options) {
      engine.checkOpen()
      return engine.invalidator.invalidate(targetOf(target), options)
    },
    async clear() {
      engine.checkOpen()
      return engine.invalidator.invalidate({ tags: [whole] })
    },
  }
}

function prefixText(prefix: string | readonly KeyPart[]): string {
  return typeof prefix === 'string' ? prefix : `${keyText(prefix)}:`
}

function checkTenant(id: unknown): string {
  if (typeof id === 'string' && id !== '' && id.length <= LONGEST_ID && !/[\p{Cc}\p{Surrogate}]/u.test(id)) return id
  throw invalidArgument('the id of a tenant', id, `1 to ${LONGEST_ID} characters without control characters`)
}
