import { checkObject, invalidArgument } from '../errors.ts'
import { prefixName } from '../invalidation/names.ts'
import { checkNamespace, checkTag, escapePart, keyText } from '../keys.ts'
import { fullPath, type InvalidationTarget, type Prefix, rawPath } from './targets.ts'

const LONGEST_ID = 64

/** How one tenant's keys, tags and targets are spelt among everybody's. */
export class TenantNames {
  /** Every entry of the tenant has this tag. */
  readonly whole: string
  readonly #prefix: string

  /** @throws RedstartError `INVALID_ARGUMENT` for an id that is empty, too long or has control characters. */
  constructor(id: string) {
    // A part of a key that is escaped holds no bare `%`, so that none can be taken for this.
    this.#prefix = `%@${escapePart(checkTenant(id))}:`
    this.whole = this.#prefix
  }

  /** Behind the namespace, so that a namespace's defaults, counters and invalidation stay the same for all tenants. */
  pathOf(text: string): string {
    const path = rawPath(text)
    const end = path.indexOf(':') + 1
    // A key that is empty stays so, and is refused.
    return end === path.length ? path : path.slice(0, end) + this.#prefix + path.slice(end)
  }

  /** The same in one namespace, whose name has been checked. */
  pathIn(namespace: string, text: string): string {
    return `${namespace}:${this.#prefix}${text}`
  }

  tagOf(tag: string): string {
    return this.#prefix + checkTag(tag)
  }

  /** The tags of an entry. */
  tagsOf(tags: readonly string[] = []): readonly string[] {
    if (!Array.isArray(tags)) throw invalidArgument('tags', tags, 'an array of strings')
    // isArray makes it any[]; each tag is checked.
    return [this.whole, ...(tags as readonly string[]).map((tag) => this.tagOf(tag))]
  }

  /** What of everybody's entries a target names. */
  targetOf(target: InvalidationTarget): InvalidationTarget {
    checkObject('the target of invalidate', target)
    const { tags = [], keys = [], namespace, namespaces = [], prefix, prefixes = [], ...others } = target
    // What is not known here cannot be kept inside the tenant.
    const [unknown] = Object.keys(others)
    if (unknown !== undefined)
      throw invalidArgument('the target of invalidate', unknown, 'tags, keys, namespaces or prefixes')
    for (const [what, list] of Object.entries({ tags, keys, namespaces, prefixes }))
      if (!Array.isArray(list)) throw invalidArgument(what, list, 'an array')
    const names = namespace === undefined ? namespaces : [...namespaces, namespace]
    const starts = prefix === undefined ? prefixes : [...prefixes, prefix]
    return {
      tags: tags.map((tag) => this.tagOf(tag)),
      // Checked as they were given: behind a tenant's prefix an empty one would not be empty.
      keys: keys.map((key) => fullPath(key) && this.pathOf(keyText(key))),
      prefixes: [
        ...names.map((name) => this.pathIn(checkNamespace(name), '')),
        ...starts.map((start) => this.#prefixOf(start)),
      ],
    }
  }

  #prefixOf(start: Prefix): string {
    const text = Array.isArray(start) ? `${keyText(start)}:` : start
    prefixName(text)
    // A text with a `:` in it, as was checked just now.
    const [namespace = '', ...rest] = String(text).split(':')
    return this.pathIn(namespace, rest.join(':'))
  }
}

function checkTenant(id: unknown): string {
  if (typeof id === 'string' && id !== '' && id.length <= LONGEST_ID && !/[\p{Cc}\p{Surrogate}]/u.test(id)) return id
  throw invalidArgument('the id of a tenant', id, `1 to ${LONGEST_ID} characters without control characters`)
}
