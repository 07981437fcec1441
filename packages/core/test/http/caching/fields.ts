import { headerOf } from '../../../src/http/caching/header-lookup.ts'
import type { HeaderOf } from '../../../src/http/caching/header-of.ts'

/** Headers by their names, in any case. */
export function fields(of: Readonly<Record<string, string>> = {}): HeaderOf {
  return headerOf(Object.entries(of))
}
