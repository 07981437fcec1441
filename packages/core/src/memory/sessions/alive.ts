import type { Refusal } from '../../session/session-store.ts'
import type { EndedRecord, SessionRecord } from './record.ts'

/** What somebody wants of a record. */
export interface Presentation {
  readonly verifier: string
  readonly grace: number
  readonly readOnly: boolean
  readonly now: number
  /** When its place in the user's index ends; undefined where it has none. */
  readonly indexed: number | undefined
}

/** A record that is alive, and what to say of the secret that was presented. */
export interface AliveRecord {
  readonly record: SessionRecord
  readonly secret: 'current' | 'previous'
  readonly next: Uint8Array | undefined
  /** The next secret took the place of the current one. */
  readonly promoted: boolean
}

/**
 * What load, commit, rotate and end begin with: whether a record is alive for the secret that is presented. Decides in
 * the order in which `session_alive.lua` does.
 */
export function alive(
  record: SessionRecord | EndedRecord | undefined,
  { verifier, grace, readOnly, now, indexed = 0 }: Presentation,
): AliveRecord | Refusal {
  if (record === undefined || record.expires <= now) return 'missing'
  if ('ended' in record) return 'ended'
  if (record.absolute <= now) return 'expired'
  if (record.address.kind === 'user' && indexed <= now) return 'revoked'
  const { next, previous } = record
  if (verifier === record.verifier) return { record, secret: 'current', next: next?.sealed, promoted: false }
  if (next !== undefined && verifier === next.verifier) {
    if (!readOnly) record.promote(next, now, grace)
    return { record, secret: 'current', next: undefined, promoted: !readOnly }
  }
  if (previous !== undefined && verifier === previous.verifier && now < previous.until)
    return { record, secret: 'previous', next: undefined, promoted: false }
  return 'reuse'
}
