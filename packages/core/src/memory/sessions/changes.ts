import type { CommitRequest } from '../../session/session-store.ts'
import { nonceOf } from '../../wire/seal.ts'
import type { SessionRecord } from './record.ts'

/** Most fields of a record. */
const MOST_FIELDS = 64

/** What came of the changes of a commit. */
export type Changed =
  | { readonly kind: 'changed'; readonly mismatched: readonly string[] }
  | { readonly kind: 'conflict'; readonly fields: ReadonlyMap<string, Uint8Array | undefined> }
  | { readonly kind: 'full' }

/** Changes the fields and the core of a record: all of it or nothing. */
export function change(record: SessionRecord, { changes, core }: CommitRequest): Changed {
  const mismatched: string[] = []
  const refused = new Map<string, Uint8Array | undefined>()
  const after = new Map(record.fields)
  for (const { field, bytes, nonce, onMismatch } of changes) {
    const stored = record.fields.get(field)
    const matches = sameNonce(stored, nonce)
    if (!matches && onMismatch === 'refuse') refused.set(field, stored && new Uint8Array(stored))
    else if (!matches) mismatched.push(field)
    if (!matches && onMismatch !== 'change') continue
    if (bytes === undefined) after.delete(field)
    else after.set(field, new Uint8Array(bytes))
  }
  if (refused.size > 0 || (core !== undefined && !sameNonce(record.core, core.nonce)))
    return { kind: 'conflict', fields: refused }
  if (after.size > MOST_FIELDS && after.size > record.fields.size) return { kind: 'full' }
  record.replace(after, core && new Uint8Array(core.bytes))
  return { kind: 'changed', mismatched }
}

/** @param nonce of the value that a change was made from; empty where there was none. */
function sameNonce(stored: Uint8Array | undefined, nonce: Uint8Array): boolean {
  return Buffer.compare(stored === undefined ? NONE : nonceOf(stored), nonce) === 0
}

const NONE = new Uint8Array()
