import type { HeaderOf } from './header-of.ts'
import { parseList } from './structured-fields.ts'

/** The groups of its origin that a response is in, by `Cache-Groups` (RFC 9875 2); none where the field is malformed. */
export function cacheGroups(header: HeaderOf): readonly string[] {
  return strings(header('cache-groups'))
}

/**
 * The groups of its origin that a response invalidates, by `Cache-Group-Invalidation` (RFC 9875 3); none where the field is
 * malformed. It is to be left out of account in answers to safe methods.
 */
export function invalidatedGroups(header: HeaderOf): readonly string[] {
  return strings(header('cache-group-invalidation'))
}

/** A List of Strings of RFC 9651, without those that are there again; a field with any other item is malformed. */
function strings(field: string | undefined): readonly string[] {
  if (field === undefined) return NO_GROUPS
  const groups = new Set<string>()
  for (const item of parseList(field) ?? []) {
    if (item.kind !== 'string') return []
    groups.add(item.text)
  }
  return [...groups]
}

const NO_GROUPS: readonly string[] = []
