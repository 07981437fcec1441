import type { ByteEntries } from '../../cache/byte-entries.ts'
import type { Admissions } from './admissions.ts'
import type { Run } from './filling.ts'
import type { RequestKeys } from './request-keys.ts'
import type { Settings } from './settings.ts'

/** What a response cache is made of. */
export interface ResponseCacheParts<Context> {
  readonly entries: ByteEntries
  readonly keys: RequestKeys<Context>
  readonly settings: Settings<Context>
  /** Those of all response caches over the same entries. */
  readonly admissions: Admissions
  /** The same: the handlers that run, by their requests. */
  readonly fillings: WeakMap<object, Run>
  /** Drops all variants of pages, by the prefixes of their paths, and what has these tags. */
  readonly invalidate: (prefixes: readonly string[], tags: readonly string[]) => Promise<unknown>
}
