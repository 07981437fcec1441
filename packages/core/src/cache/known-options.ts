import { checkMembers } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { CompressionOptions } from './compression-options.ts'
import type { AdmissionOptions } from './load-options.ts'

/** The members of how long entries live. */
export const LIFETIME_MEMBERS = { ttl: true, stale: true } as const

/** The members of the options of a namespace. Those who use them have the compiler compare them with the options. */
export const NAMESPACE_MEMBERS = {
  ttl: true,
  stale: true,
  staleWhileRevalidate: true,
  loadTimeout: true,
  softTimeout: true,
  jitter: true,
  earlyRefresh: true,
  negativeTtl: true,
  errorTtl: true,
  backOff: true,
  lease: true,
  admission: true,
  serializer: true,
  compression: true,
  version: true,
  maxValueBytes: true,
  foreignJson: true,
} as const

const ADMISSION = membersOf<AdmissionOptions>({ minCostMs: true, minHits: true })
const COMPRESSION = membersOf<CompressionOptions>({ threshold: true, algorithm: true, level: true })

/**
 * Refuses a member of the options of the cache that nobody would look at, with the one that was meant.
 *
 * @throws RedstartError `INVALID_ARGUMENT`
 */
export function checkOptions(what: string, options: object, known: ReadonlySet<string>): void {
  checkMembers(what, options, known)
  // Parts of them; whether they are objects at all is seen where they are used.
  const { admission, compression } = options as { readonly admission?: unknown; readonly compression?: unknown }
  if (typeof admission === 'object' && admission !== null) checkMembers('admission', admission, ADMISSION)
  if (typeof compression === 'object' && compression !== null) checkMembers('compression', compression, COMPRESSION)
}
