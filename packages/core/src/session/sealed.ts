import { Buffer } from 'node:buffer'
import { RedstartError } from '../errors.ts'
import { decodeOwn } from '../wire/own.ts'
import { isPlainJson } from '../wire/plain.ts'
import { encodeValue } from '../wire/value.ts'
import { nonceOf, open, type OpenedPayload, seal, sealedBy } from '../wire/seal.ts'
import { encodeText } from '../wire/text.ts'
import { type CoreRecord, decodeCore, encodeCore } from './core-record.ts'
import { CORE, knownPayload, type Place } from './opened-payloads.ts'
import { type Keyring, type KeyScope, keyOfSecret, type MasterKey } from './keyring.ts'

/**
 * Seals and opens what one session has in the backend. Whatever is moved, to another field or session, fails to open.
 *
 * It seals with the key that the session's cookie was made with, whichever is first by now: while processes with the old
 * and the new order of keys run side by side, what either of them writes is readable as long as the cookie is, and the
 * end of a key ends its own sessions and none beside them.
 */
export class SealedRecord {
  readonly #keyring: Keyring
  readonly #key: MasterKey
  readonly #context: string
  readonly #sid: string
  readonly #scope: KeyScope
  /** What requests before have opened of it. */
  #places: ReturnType<MasterKey['opened']['of']>

  /** @param key of the session's cookie. */
  constructor(keyring: Keyring, scope: KeyScope, { sid, key }: { readonly sid: string; readonly key: MasterKey }) {
    this.#keyring = keyring
    this.#key = key
    this.#scope = scope
    this.#sid = sid
    this.#context = `s\0${scope.namespace}\0${sid}\0`
  }

  sealCore(core: CoreRecord): Uint8Array {
    return this.#seal({ codec: 'json', payload: encodeCore(core) }, CORE)
  }

  openCore(bytes: Uint8Array): CoreRecord | undefined {
    const opened = this.#open(bytes, CORE)
    if (opened === undefined) return undefined
    const known = cores.get(opened)
    if (known !== undefined) return known
    const core = decodeCore(opened.payload)
    if (core !== undefined) cores.set(opened, core)
    return core
  }

  sealField(field: string, encoded: OpenedPayload): Uint8Array {
    return this.#seal(encoded, field)
  }

  openField(field: string, bytes: Uint8Array): OpenedPayload | undefined {
    return this.#open(bytes, field)
  }

  /** What this process has sealed itself the next request of the session need not open. */
  sealedAs(field: string, bytes: Uint8Array, { codec, payload, text }: OpenedPayload): OpenedPayload {
    // A copy: it may be a view of a much larger buffer.
    const own = { codec, payload: new Uint8Array(payload), text }
    return this.#key.opened.keep(this.#sid, field, bytes, own) ?? own
  }

  /** Seals the next secret so that only who has the current one can open it. */
  sealNext(next: string, current: string): Uint8Array {
    const key = keyOfSecret(current, this.#scope, this.#sid)
    return seal({ codec: 'bytes', payload: Buffer.from(next, 'latin1') }, key, `${this.#context}w`)
  }

  openNext(sealed: Uint8Array, current: string): string | undefined {
    const opened = open(sealed, keyOfSecret(current, this.#scope, this.#sid), `${this.#context}w`)
    return opened && Buffer.from(opened.payload).toString('latin1')
  }

  /** True for what was sealed with another key than the session's. */
  isOld(bytes: Uint8Array): boolean {
    return sealedBy(bytes) !== this.#key.id
  }

  #seal(payload: OpenedPayload, place: Place): Uint8Array {
    return seal(payload, this.#key.ofSession(this.#sid), this.#contextOf(place))
  }

  #contextOf(place: Place): string {
    return place === CORE ? `${this.#context}k` : `${this.#context}d\0${place}`
  }

  #open(bytes: Uint8Array, place: Place): OpenedPayload | undefined {
    this.#places ??= this.#key.opened.of(this.#sid)
    const known = knownPayload(this.#places, place, bytes)
    if (known !== undefined) return known
    const id = sealedBy(bytes)
    const key = id === undefined ? undefined : this.#keyring.byId(id)
    if (key === undefined) return undefined
    const opened = open(bytes, key.ofSession(this.#sid), this.#contextOf(place))
    return this.#key.opened.keep(this.#sid, place, bytes, opened)
  }
}

/** What payloads that are kept were read as. */
const cores = new WeakMap<OpenedPayload, CoreRecord>()

/** The value that a field's payload spells; undefined where it spells none. It is the caller's own: nothing is frozen. */
export function fieldValue(opened: OpenedPayload): { readonly value: unknown } | undefined {
  return decodeOwn(opened)
}

/** The text of a value that JSON keeps whole; undefined is no verdict. */
export function plainText(value: unknown): string | undefined {
  return isPlainJson(value) ? JSON.stringify(value) : undefined
}

/**
 * @param text its plain text, where somebody has made it already.
 * @throws RedstartError `UNSUPPORTED_VALUE`, naming the field, for what would not come back the same.
 */
export function fieldPayload(field: string, value: unknown, text?: string): OpenedPayload {
  if (text !== undefined) return { codec: 'json', payload: encodeText(text), text }
  try {
    return encodeValue(value)
  } catch (error) {
    if (!RedstartError.is(error)) throw error
    const { cause } = error
    const message = `The field ${JSON.stringify(field)} of a session cannot be stored: ${error.message}`
    throw new RedstartError(error.code, message, cause === undefined ? {} : { cause })
  }
}

/** What a change of a field is compared with. */
export function nonceOfField(bytes: Uint8Array | undefined): Uint8Array {
  return bytes === undefined ? NO_NONCE : nonceOf(bytes)
}

/** What sealing adds to a payload. */
export const SEAL_BYTES = 36

const NO_NONCE = new Uint8Array()
