import { randomBytes } from 'node:crypto'
import { memory } from '../../src/memory/index.ts'
import type { Backend, CacheStore, Clock } from '../../src/index.ts'
import type { KeyListener } from '../../src/invalidation/tracking-store.ts'
import { decodeEntry, encodeEntry, encodeValue } from '../../src/wire/index.ts'

/** How a reply is kept back. */
interface Held {
  readonly came: Promise<void>
  readonly letGo: () => void
}

/**
 * The memory backend, in which another program changes entries and has it told when the test says so; what the cache
 * writes itself is told at once. Confirmations succeed.
 */
export class ToldMemory {
  readonly backend: Backend
  readonly #store: CacheStore
  readonly #listeners = new Set<KeyListener>()
  #reads = 0
  #hold: Promise<void> | undefined

  constructor(app: string, clock: Clock) {
    const backend = memory()
    this.#store = backend.cache({ app, clock })
    this.backend = { name: 'told', cache: (context) => this.#told(backend.cache(context)) }
  }

  /** Reads of entries so far. */
  get reads(): number {
    return this.#reads
  }

  /** Writes an entry like the one that is there, with another value; tells it to nobody. */
  async set(path: string, value: unknown): Promise<void> {
    const { entries } = await this.#store.read({ keys: [path] }, 1000)
    const decoded = decodeEntry(entries[0] ?? new Uint8Array())
    if (!decoded.ok) throw new Error(`there is no entry to write another one like it: ${decoded.reason}`)
    const { generation, clock } = decoded.entry
    const bytes = encodeEntry({ ...decoded.entry, ...encodeValue(value) })
    await this.#store.write({ key: path, bytes, ttl: 60_000, generation, clock }, 1000)
  }

  async delete(path: string): Promise<void> {
    const candidate = randomBytes(16).toString('hex')
    const request = { names: [], kind: 'hard', deadline: Infinity, unlink: [path], candidate, keep: 60_000 } as const
    await this.#store.invalidate(request, 1000)
  }

  tell(path: string): void {
    for (const listener of this.#listeners) listener.changed(path)
  }

  lose(): void {
    for (const listener of this.#listeners) listener.lost()
  }

  /** Keeps the reply to the next read of an entry back, which takes effect at once. */
  holdNextReply(): Held {
    let letGo = (): void => {}
    let come = (): void => {}
    const came = new Promise<void>((resolve) => (come = resolve))
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    this.#hold = gate
    this.#onHeld = come
    return { came, letGo }
  }

  #onHeld: () => void = () => {}

  #told(store: CacheStore): CacheStore {
    const read = store.read.bind(store)
    store.read = async (request, timeout) => {
      const reply = await read(request, timeout)
      if (request.keys.length === 0) return reply
      this.#reads += 1
      const hold = this.#hold
      this.#hold = undefined
      if (hold !== undefined) this.#onHeld()
      await hold
      return reply
    }
    const write = store.write.bind(store)
    store.write = async (request, timeout) => {
      const outcome = await write(request, timeout)
      this.tell(request.key)
      return outcome
    }
    store.track = (listener) => {
      this.#listeners.add(listener)
      return { confirm: async () => {} }
    }
    return store
  }
}
