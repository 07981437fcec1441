import { Buffer } from 'node:buffer'
import { RedstartError } from '../errors.ts'
import type { OpenedPayload } from '../wire/seal.ts'
import { isHidden } from './field-names.ts'
import { fieldPayload, fieldValue, isSpelled, nonceOfField, SEAL_BYTES, type SealedRecord } from './sealed.ts'
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
    if (before !== undefined && isSpelled(before, value)) return undefined
    const payload = fieldPayload(field, value)
    if (before !== undefined && (same(before, payload) || same(rewritten(field, before), payload))) return undefined
    return { field, payload }
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

  /** What is rewritten without anybody having asked, unless somebody else changes it: what was sealed with an old key. */
  resealed(except: ReadonlySet<string>): readonly FieldChange[] {
    return [...this.#stored].flatMap(([field, { bytes, opened, adapted }]) =>
      opened && bytes && !adapted && !except.has(field) && this.#sealed.isOld(bytes)
        ? [this.change({ field, payload: opened }, 'leave')]
        : [],
    )
  }

  /** The same of what was adapted. */
  adaptations(except: ReadonlySet<string>): readonly FieldChange[] {
    return [...this.#stored].flatMap(([field, { opened, adapted }]) =>
      adapted && !except.has(field) ? [this.change({ field, payload: opened ?? undefined }, 'leave')] : [],
    )
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

/** Most of what one session holds: fields, bytes of one, and of all together. */
const MOST_FIELDS = 64
const MOST_FIELD_BYTES = 64 * 1024
const MOST_BYTES = 256 * 1024

/** Of all of these together with what they open to. */
export function sizesOf(payloads: ReadonlyMap<string, OpenedPayload>): ReadonlyMap<string, number> {
  return new Map([...payloads].map(([field, { payload }]) => [field, payload.length]))
}

/** @throws RedstartError `VALUE_TOO_LARGE` for more than a session may hold. */
export function checkSizes(sizes: ReadonlyMap<string, number>): void {
  let bytes = 0
  for (const [field, size] of sizes) {
    bytes += size
    if (size > MOST_FIELD_BYTES)
      throw tooLarge(`the field ${JSON.stringify(field)} of a session has ${size} bytes`, MOST_FIELD_BYTES)
  }
  if (bytes > MOST_BYTES) throw tooLarge(`a session has ${bytes} bytes`, MOST_BYTES)
  if (sizes.size > MOST_FIELDS)
    throw new RedstartError(
      'VALUE_TOO_LARGE',
      `a session has ${sizes.size} fields; at most ${MOST_FIELDS} are stored: put them together in objects`,
    )
}

function tooLarge(what: string, most: number): RedstartError {
  return new RedstartError(
    'VALUE_TOO_LARGE',
    `${what}; at most ${most} are stored: keep what is large elsewhere, and its key in the session`,
  )
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
