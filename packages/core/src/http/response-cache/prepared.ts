import { bytesOf } from '../../cache/byte-entries.ts'
import type { Entry } from '../../cache/entry.ts'
import { asBuffer } from '../../wire/text.ts'
import { decodeStored, type StoredResponse } from '../caching/stored-response.ts'
import type { HeaderList, Reply } from '../exchange.ts'

/** An answer as it is stored. */
export type StoredAnswer = Extract<StoredResponse, { readonly kind: 'response' }>

/** What an entry holds, ready for use. */
export type Prepared =
  | { readonly kind: 'vary'; readonly names: readonly string[] }
  | { readonly kind: 'response'; readonly answer: PreparedAnswer }

/** A stored answer with what each request wants to know of it. */
export class PreparedAnswer {
  readonly stored: StoredAnswer
  /** Those stored, and the length of the body. */
  readonly headers: HeaderList
  /** No name comes twice among them. */
  readonly isPlain: boolean
  readonly body: Uint8Array
  /** What somebody was told last of all of it. */
  last: Told | undefined
  readonly #byName = new Map<string, string>()

  constructor(stored: StoredAnswer) {
    this.stored = stored
    for (const [name, value] of stored.headers) {
      const before = this.#byName.get(name)
      this.#byName.set(name, before === undefined ? value : `${before}, ${value}`)
    }
    // What frameworks take for bytes, and nothing else.
    this.body = asBuffer(stored.body)
    this.isPlain = this.#byName.size === stored.headers.length
    const others = stored.headers.filter(([name]) => name !== 'content-length')
    const length = ['content-length', String(this.body.length)] as const
    this.headers = NO_BODY.has(stored.status) ? stored.headers : [...others, length]
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

/** An answer with its age. */
export interface Told {
  readonly seconds: number
  /** How many of them it stays fresh. */
  readonly ttl: number
  /** Of the cache. */
  readonly name: string | undefined
  readonly reply: Reply
}

const NO_BODY: ReadonlySet<number> = new Set([204, 304])

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
