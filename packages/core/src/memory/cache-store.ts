import { setImmediate } from 'node:timers/promises'
import type {
  CacheStore,
  Hint,
  Invalidated,
  InvalidateRequest,
  ReadReply,
  ReadRequest,
  ScanRequest,
  TouchRequest,
  WriteRequest,
} from '../cache/cache-store.ts'
import type { Claimed, ClaimRequest, ReleaseRequest } from '../cache/claim-store.ts'
import { RedstartError } from '../errors.ts'
import type { KeyTracking } from '../invalidation/tracking-store.ts'
import type { StoreHealth } from '../telemetry/health.ts'
import type { MemoryData } from './data.ts'

/** Paths that are looked at between two turns of the others. */
const TOGETHER = 1000

/**
 * The cache's store in this process. Each operation takes effect at once, when it is called; replies and hints come
 * later, as they do from Redis, a hint before the reply to its invalidation. Nothing can take longer than its timeout.
 */
export class MemoryCacheStore implements CacheStore {
  readonly #data: MemoryData
  readonly #listeners = new Set<(hint: Hint) => void>()
  #closed = false

  constructor(data: MemoryData) {
    this.#data = data
  }

  async read({ keys, names, question }: ReadRequest): Promise<ReadReply> {
    this.#assertOpen()
    const { entries, view } = this.#data
    const time = this.#data.time()
    const answer = question && { time, ...view.ask(question.candidate) }
    return {
      entries: keys.map((key) => entries.get(key, time)),
      snapshot: names && view.snapshot(names),
      answer,
    }
  }

  async write(request: WriteRequest): Promise<'stored' | 'outranked'> {
    this.#assertOpen()
    return this.#data.entries.set(request, this.#data.time()) ? 'stored' : 'outranked'
  }

  async touch(request: TouchRequest): Promise<boolean> {
    this.#assertOpen()
    return this.#data.entries.touch(request, this.#data.time())
  }

  async claim(request: ClaimRequest): Promise<Claimed> {
    this.#assertOpen()
    return this.#data.claims.claim(request, this.#data.time())
  }

  async release(request: ReleaseRequest): Promise<void> {
    this.#assertOpen()
    this.#data.claims.release(request, this.#data.time())
  }

  async invalidate(request: InvalidateRequest): Promise<Invalidated> {
    this.#assertOpen()
    const data = this.#data
    const names = [...new Set(request.names)]
    const deadline = request.kind === 'soft' ? Math.max(0, Math.floor(request.deadline)) : Number.POSITIVE_INFINITY
    const done = data.view.invalidate(names, request.kind, deadline, data.time(), request.candidate)
    for (const key of request.unlink) data.entries.delete(key)
    const hint: Hint = { names, kind: request.kind, deadline, ...done }
    for (const listener of data.listeners) queueMicrotask(() => data.listeners.has(listener) && listener(hint))
    return done
  }

  async *scan({ match }: ScanRequest): AsyncGenerator<readonly string[], void, undefined> {
    this.#assertOpen()
    const { entries } = this.#data
    const paths = entries.keys()
    for (let first = 0; first < paths.length; first += TOGETHER) {
      // Others have their turn, as they have while Redis is asked.
      await setImmediate()
      this.#assertOpen()
      const time = this.#data.time()
      yield paths.slice(first, first + TOGETHER).filter((path) => match.matches(path) && entries.has(path, time))
    }
  }

  async remove(paths: readonly string[]): Promise<number> {
    this.#assertOpen()
    const { entries } = this.#data
    const time = this.#data.time()
    const there = new Set(paths.filter((path) => entries.has(path, time)))
    for (const path of paths) entries.delete(path)
    return there.size
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    this.#assertOpen()
    // One function given twice is two subscriptions.
    const own = (hint: Hint): void => listener(hint)
    this.#listeners.add(own)
    this.#data.listeners.add(own)
    return () => {
      this.#listeners.delete(own)
      this.#data.listeners.delete(own)
    }
  }

  /** Nobody writes here but the stores of this process, whose invalidations all of them hear: there is nothing to tell. */
  track(): KeyTracking {
    return { confirm: async () => this.#assertOpen() }
  }

  async health(): Promise<StoreHealth> {
    this.#assertOpen()
    return { roundTrip: 0, server: undefined, breakers: { open: 0, of: 0 } }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const listener of this.#listeners) this.#data.listeners.delete(listener)
    this.#listeners.clear()
  }

  #assertOpen(): void {
    if (this.#closed) throw new RedstartError('CLOSED', 'The store was closed; nothing was read or changed')
  }
}
