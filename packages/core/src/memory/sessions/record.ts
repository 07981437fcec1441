import type { CreateRequest, SessionAddress } from '../../session/session-store.ts'

/** A secret that takes the place of the current one when it is presented. */
interface NextSecret {
  readonly verifier: string
  /** Sealed under the current one. */
  readonly sealed: Uint8Array
}

/** The secret before the current one. */
interface PreviousSecret {
  readonly verifier: string
  /** Until when it is good. */
  readonly until: number
}

/** A session as it is kept, with bytes of its own. */
export class SessionRecord {
  readonly address: SessionAddress
  readonly absolute: number
  readonly created: number
  #fields: ReadonlyMap<string, Uint8Array>
  #core: Uint8Array
  #verifier: string
  #idle: number
  #touched: number
  #rotated: number
  #next: NextSecret | undefined
  #previous: PreviousSecret | undefined

  constructor({ address, verifier, core, fields, idle, absolute }: CreateRequest, now: number) {
    this.address = address
    this.absolute = absolute
    this.created = now
    this.#fields = copies(fields)
    this.#core = new Uint8Array(core)
    this.#verifier = verifier
    this.#idle = idle
    this.#touched = now
    this.#rotated = now
  }

  get core(): Uint8Array {
    return this.#core
  }

  get fields(): ReadonlyMap<string, Uint8Array> {
    return this.#fields
  }

  get verifier(): string {
    return this.#verifier
  }

  get idle(): number {
    return this.#idle
  }

  /** The last use that was noted. */
  get touched(): number {
    return this.#touched
  }

  /** Since when the current secret is the current one. */
  get rotated(): number {
    return this.#rotated
  }

  get next(): NextSecret | undefined {
    return this.#next
  }

  get previous(): PreviousSecret | undefined {
    return this.#previous
  }

  /** When it ends unless it is used. */
  get expires(): number {
    return Math.min(this.#touched + this.#idle, this.absolute)
  }

  /** The new ones are its own from now on. */
  replace(fields: ReadonlyMap<string, Uint8Array>, core: Uint8Array = this.#core): void {
    this.#fields = fields
    this.#core = core
  }

  touch(now: number): void {
    this.#touched = now
  }

  setIdle(ms: number): void {
    this.#idle = ms
  }

  setNext(verifier: string, sealed: Uint8Array): void {
    this.#next = { verifier, sealed: new Uint8Array(sealed) }
  }

  /** Puts the next secret in the place of the current one, which stays good for a while. */
  promote({ verifier }: NextSecret, now: number, grace: number): void {
    this.#previous = { verifier: this.#verifier, until: now + grace }
    this.#verifier = verifier
    this.#rotated = now
    this.#next = undefined
  }
}

/** What is left for a while when another record took the place of one. */
export interface EndedRecord {
  readonly address: SessionAddress
  readonly ended: true
  readonly expires: number
}

/** Bytes of one's own, so that nobody else can change them. */
export function copies(fields: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  const own = new Map<string, Uint8Array>()
  for (const [field, bytes] of fields) own.set(field, new Uint8Array(bytes))
  return own
}
