import { bytesOf } from '../../cache/byte-entries.ts'
import type { Entry } from '../../cache/entry.ts'
import { decodeStored, type StoredResponse } from '../caching/stored-response.ts'

/** An answer as it is stored. */
export type StoredAnswer = Extract<StoredResponse, { readonly kind: 'response' }>

/** What an entry holds, ready for use. */
export type Prepared =
  | { readonly kind: 'vary'; readonly names: readonly string[] }
  | { readonly kind: 'response'; readonly answer: PreparedAnswer }

/** A stored answer with what each request wants to know of it. */
export class PreparedAnswer {
  readonly stored: StoredAnswer
  readonly #byName = new Map<string, string>()

  constructor(stored: StoredAnswer) {
    this.stored = stored
    for (const [name, value] of stored.headers) {
      const before = this.#byName.get(name)
      this.#byName.set(name, before === undefined ? value : `${before}, ${value}`)
    }
  }

  /** A header by its name in lower case. */
  readonly header = (name: string): string | undefined => this.#byName.get(name)

  get etag(): string | undefined {
    return this.header('etag')
  }

  get lastModified(): string | undefined {
    return this.header('last-modified')
  }

  get date(): string | undefined {
    return this.header('date')
  }

  /** How old it is, in ms. @param time the backend's. */
  age(time: number): number {
    return this.stored.initialAge + Math.max(0, time - this.stored.receivedAt)
  }
}

/** By the bytes that entries in memory share: each is read once. */
const prepared = new WeakMap<Uint8Array, Prepared>()

/** What an entry holds; undefined for what is nothing of this. */
export function prepare(entry: Entry): Prepared | undefined {
  const bytes = bytesOf(entry)
  if (bytes === undefined) return undefined
  const known = prepared.get(bytes)
  if (known !== undefined) return known
  const stored = decodeStored(bytes)
  if (stored === undefined) return undefined
  const made: Prepared = stored.kind === 'vary' ? stored : { kind: 'response', answer: new PreparedAnswer(stored) }
  prepared.set(bytes, made)
  return made
}
