import type { ByteEntries } from '../../cache/byte-entries.ts'
import type { Admissions } from './admissions.ts'
import type { Run } from './filling.ts'
import type { RequestKeys } from './request-keys.ts'
import type { Settings } from './settings.ts'
import type { UnkeyedNotes } from './unkeyed-notes.ts'

/** What a response cache is made of. */
export interface ResponseCacheParts<Context> {
  readonly entries: ByteEntries
  readonly keys: RequestKeys<Context>
  readonly settings: Settings<Context>
  /** Those of all response caches over the same entries. */
  readonly admissions: Admissions
  /** The same: the handlers that run, by their requests. */
  readonly fillings: WeakMap<object, Run>
  readonly unkeyed: UnkeyedNotes
  readonly drop: (dropped: Dropped) => Promise<unknown>
}

/** What a request has changed. */
export interface Dropped {
  readonly host: string | undefined
  /** Pages, as clients ask for them. */
  readonly targets: readonly string[]
  /** Of the paths of the same, with all their variants. */
  readonly prefixes: readonly string[]
  readonly tags: readonly string[]
}
