/**
 * The names by which the oracle tells what an invalidation hits. They are worked out here once more, from the documented
 * meaning of keys and prefixes, so that a mistake of the engine's own names cannot hide itself.
 */

export const ALL = 'all'

export function tagged(tag: string): string {
  return `tag ${tag}`
}

export function keyed(path: string): string {
  return `key ${path}`
}

/** @param prefix ends at a `:`. */
export function under(prefix: string): string {
  return `under ${prefix}`
}

/** What one tenant has by a name that others may have as well. */
export function ofTenant(tenant: string, name: string = ''): string {
  return `of ${JSON.stringify(tenant)} ${name}`
}

/** Everything that can hit the entry at a path with these tags. */
export function namesOf(path: string, tags: readonly string[]): string[] {
  const parts = path.split(':')
  const prefixes = parts.slice(1).map((_, place) => `${parts.slice(0, place + 1).join(':')}:`)
  return [ALL, keyed(path), ...prefixes.map(under), ...tags.map(tagged)]
}

/** The same for the entry of a tenant, `namespace:key`. */
export function namesOfTenant(tenant: string, path: string, tags: readonly string[]): string[] {
  const namespace = `${path.split(':', 1)[0]}:`
  return [
    ALL,
    under(namespace),
    ofTenant(tenant),
    ...[keyed(path), under(namespace), ...tags.map(tagged)].map((name) => ofTenant(tenant, name)),
  ]
}
