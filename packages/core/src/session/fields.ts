import { Buffer } from 'node:buffer'
import type { OpenedPayload } from '../wire/seal.ts'
import { isHidden } from './field-names.ts'
import { fieldPayload, fieldValue, nonceOfField, plainText, SEAL_BYTES, type SealedRecord } from './sealed.ts'
import type { FieldChange } from './session-store.ts'

/** A field as the request found it. */
interface Stored {
  /** Undefined where the backend has none. */
  readonly bytes: Uint8Array | undefined
  /** Undefined before it was opened, null where there is nothing to be read. */
  opened: OpenedPayload | null | undefined
  /** Whether it is known that a value can be made of it. */
  readable: boolean
  /** The value that was made to see that: whoever reads the field first gets it. */
  first?: { readonly value: unknown } | undefined
  /** What is read is not what the backend has. */
  readonly adapted: boolean
  /** What became of it by its last value, by the text of that: whether there is anything to store is asked first. */
  drafted?: { readonly text: string; readonly draft: FieldDraft | undefined }
}

/** What a request makes of a field. */
export interface FieldDraft {
  readonly field: string
  /** Undefined: it is deleted. */
  readonly payload: OpenedPayload | undefined
}

/** The fields of a session as they were loaded: opened when they are first read, and compared when all is over. */
export class SessionFields {
  readonly #sealed: SealedRecord
  readonly #onDamaged: (field: string) => void
  readonly #stored = new Map<string, Stored>()

  /** @param onDamaged is told of a field that cannot be opened; it counts as absent. */
  constructor(sealed: SealedRecord, fields: ReadonlyMap<string, Uint8Array>, onDamaged: (field: string) => void) {
    this.#sealed = sealed
    this.#onDamaged = onDamaged
    for (const [field, bytes] of fields)
      this.#stored.set(field, { bytes, opened: undefined, readable: false, adapted: false })
  }

  /** Those of the application that may be read; some of them may turn out to be damaged. */
  get dataNames(): readonly string[] {
    return this.#namesThatAre(false)
  }

  /** Those of our own. */
  get hiddenNames(): readonly string[] {
    return this.#namesThatAre(true)
  }

  /** The value, made anew; undefined for none. */
  value(field: string): unknown {
    const payload = this.payload(field)
    const stored = this.#stored.get(field)
    const made = stored?.first ?? (payload && fieldValue(payload))
    if (stored !== undefined) stored.first = undefined
    return made?.value
  }

  /** What the backend has of it, sealed: the same bytes for as long as nothing else was stored. */
  bytes(field: string): Uint8Array | undefined {
    return this.#stored.get(field)?.bytes
  }

  payload(field: string): OpenedPayload | undefined {
    const stored = this.#stored.get(field)
    if (stored === undefined) return undefined
    this.#open(field, stored)
    if (stored.opened && !stored.readable) {
      stored.first = fieldValue(stored.opened)
      if (stored.first === undefined) this.#damaged(field, stored)
      else stored.readable = true
    }
    return stored.opened ?? undefined
  }

  /** Opens all of them, and makes no value. False where one is damaged: that nobody sealed is not to be seen. */
  openAll(): boolean {
    let sound = true
    for (const [field, stored] of this.#stored) {
      this.#open(field, stored)
      sound &&= stored.opened !== null
    }
    return sound
  }

  /** What has become of a field; undefined where it is what it was. */
  draft(field: string, value: unknown): FieldDraft | undefined {
    const before = this.payload(field)
    if (value === undefined) return before === undefined ? undefined : { field, payload: undefined }
    const text = plainText(value)
    if (text !== undefined && before?.codec === 'json' && before.text === text) return undefined
    const stored = this.#stored.get(field)
    if (text !== undefined && stored?.drafted?.text === text) return stored.drafted.draft
    const payload = fieldPayload(field, value, text)
    const isBefore = before && (same(before, payload) || same(rewritten(field, before), payload))
    const draft = isBefore ? undefined : { field, payload }
    if (stored !== undefined && text !== undefined) stored.drafted = { text, draft }
    return draft
  }

  /** A change of a field against what was loaded. */
  change({ field, payload }: FieldDraft, onMismatch: FieldChange['onMismatch']): FieldChange {
    return {
      field,
      bytes: payload && this.#sealed.sealField(field, payload),
      nonce: nonceOfField(this.#stored.get(field)?.bytes),
      onMismatch,
    }
  }

  /** From now on a field reads as another value than the backend has. */
  adapt(field: string, value: unknown): void {
    const before = this.payload(field)
    const payload = value === undefined ? undefined : fieldPayload(field, value)
    const equal = before === undefined || payload === undefined ? before === payload : same(before, payload)
    if (!equal)
      this.#stored.set(field, {
        bytes: this.#stored.get(field)?.bytes,
        opened: payload ?? null,
        readable: true,
        adapted: true,
      })
  }

  /** Whether anything that was opened is sealed with an old key, or adapted. */
  get hasOld(): boolean {
    for (const { bytes, opened, adapted } of this.#stored.values())
      if (adapted || (opened && bytes && this.#sealed.isOld(bytes))) return true
    return false
  }

  /**
   * What is rewritten without anybody having asked, unless somebody else changes it: what was sealed with an old key.
   *
   * @param adapts what was adapted as well.
   */
  oldDrafts(except: ReadonlySet<string>, adapts: boolean): readonly FieldDraft[] {
    const drafts: FieldDraft[] = []
    for (const [field, { bytes, opened, adapted }] of this.#stored) {
      const isOld = adapted ? adapts : opened && bytes && this.#sealed.isOld(bytes)
      if (isOld && !except.has(field)) drafts.push({ field, payload: opened ?? undefined })
    }
    return drafts
  }

  /** What was adapted, of fields that are still what they were in what the backend has by now. */
  adaptedOf(newest: ReadonlyMap<string, Uint8Array>): readonly FieldDraft[] {
    return [...this.#stored].flatMap(([field, { bytes, opened, adapted }]) =>
      adapted && isSame(bytes, newest.get(field)) ? [{ field, payload: opened ?? undefined }] : [],
    )
  }

  /** The backend has this now; `payload` is what its bytes open to. */
  stored(field: string, bytes: Uint8Array | undefined, payload: OpenedPayload | undefined): void {
    if (bytes === undefined) return void this.#stored.delete(field)
    const opened = payload && this.#sealed.sealedAs(field, bytes, payload)
    this.#stored.set(field, { bytes, opened, readable: opened !== undefined, adapted: false })
  }

  /** All of them, opened, for another record. */
  payloads(): Map<string, OpenedPayload> {
    const all = new Map<string, OpenedPayload>()
    for (const field of this.#stored.keys()) {
      const payload = this.payload(field)
      if (payload !== undefined) all.set(field, payload)
    }
    return all
  }

  /** Bytes of all of them once these changes are made. */
  sizesWith(drafts: readonly FieldDraft[]): ReadonlyMap<string, number> {
    const sizes = new Map<string, number>()
    for (const [field, { bytes, opened }] of this.#stored)
      if (opened !== null) sizes.set(field, opened?.payload.length ?? (bytes?.length ?? 0) - SEAL_BYTES)
    for (const { field, payload } of drafts) {
      if (payload === undefined) sizes.delete(field)
      else sizes.set(field, payload.payload.length)
    }
    return sizes
  }

  #open(field: string, stored: Stored): void {
    if (stored.opened !== undefined || stored.bytes === undefined) return
    stored.opened = this.#sealed.openField(field, stored.bytes)
    if (stored.opened === undefined) this.#damaged(field, stored)
  }

  #damaged(field: string, stored: Stored): void {
    stored.opened = null
    this.#onDamaged(field)
  }

  #namesThatAre(hidden: boolean): readonly string[] {
    const names: string[] = []
    for (const [field, { opened }] of this.#stored) if (opened !== null && isHidden(field) === hidden) names.push(field)
    return names
  }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0
}

function same(one: OpenedPayload, other: OpenedPayload): boolean {
  return one.codec === other.codec && Buffer.compare(one.payload, other.payload) === 0
}

/** As it would be written here: other languages and versions spell the same value in other ways. */
function rewritten(field: string, payload: OpenedPayload): OpenedPayload {
  const decoded = fieldValue(payload)
  return decoded === undefined ? payload : fieldPayload(field, decoded.value)
}
