import type { Clock } from '../clock.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import type { TrackedKeys } from '../invalidation/tracked-keys.ts'
import type { CacheStore, Snapshot } from './cache-store.ts'

/** What came of one read. */
export interface Fetched {
  readonly bytes: Uint8Array | undefined
  /** Holds the names asked for, and perhaps others. */
  readonly snapshot: Snapshot | undefined
  /** Milliseconds of the trip that were the backend's. */
  readonly took: number
  /** Own instant of the sending. */
  readonly sent: number
  /** Place in the local order at the sending. */
  readonly sequence: number
  /** Place in the order of tracked changes at the sending; 0 where nothing is tracked. */
  readonly mark: number
}

/** What a read has cost its caller of the time that the backend may take. */
export function tookOf({ took }: Fetched): number {
  return took
}

/** Keys of one batch; more go into the next one, so that no single reply becomes large. */
const MOST_KEYS = 64

/** Keys under way at a time: the last of their replies must be read well within one deadline. More wait here. */
const MOST_UNDER_WAY = 2048

/** Keys under way up to which each trip is charged all of its time. */
const MOST_CHARGED = 512

/** Timeouts of callers that share a trip: the shorter one is at least this share of the longer one. */
const ALIKE = 0.8

/**
 * Gathers the reads of one tick into one trip. When the view needs a proof the trip carries the question, once for all
 * of them: a question that has not been sent yet serves everybody who waits for it.
 */
export class ReadQueue {
  readonly #store: CacheStore
  readonly #coherence: Coherence
  readonly #clock: Clock
  readonly #tracked: TrackedKeys | undefined
  #batch: Batch | undefined
  /** Those whose replies are still to come. */
  readonly #running = new Set<Batch>()
  /** Batches that wait until fewer keys are under way. */
  #turns: Turn[] = []
  #underWay = 0

  constructor(store: CacheStore, coherence: Coherence, clock: Clock, tracked: TrackedKeys | undefined) {
    this.#tracked = tracked
    this.#store = store
    this.#coherence = coherence
    this.#clock = clock
  }

  /**
   * @param path of the entry wanted; none for a proof alone.
   * @param names whose markers are wanted, in one snapshot.
   * @param ask sends the question even when the view is proven.
   */
  fetch(path: string | undefined, names: readonly string[], ask: boolean, timeout: number): Promise<Fetched> {
    const batch = this.#open(timeout)
    if (path !== undefined) batch.keys.add(path)
    for (const name of names) batch.names.add(name)
    batch.ask ||= ask
    batch.timeout = Math.max(batch.timeout, timeout)
    if (batch.keys.size >= MOST_KEYS) this.#batch = undefined
    return new Promise((resolve, reject) => batch.waiting.push({ path, resolve, reject }))
  }

  /** Resolves when the replies to what has been asked for until now have come, or will not come. */
  async settled(): Promise<void> {
    const replies = [...this.#running].map(
      ({ waiting }) => new Promise((resolve, reject) => waiting.push({ path: undefined, resolve, reject })),
    )
    await Promise.allSettled(replies)
  }

  #open(timeout: number): Batch {
    const current = this.#batch
    if (current !== undefined && areAlike(current.timeout, timeout)) return current
    const batch: Batch = { keys: new Set(), names: new Set(), ask: false, timeout, waiting: [] }
    this.#batch = batch
    this.#running.add(batch)
    // Behind everything that is ready to go on: whatever else it reads comes into the same trip.
    process.nextTick(() => void this.#answer(batch))
    return batch
  }

  /** Sends a batch and hands everybody their part of the reply. */
  async #answer(batch: Batch): Promise<void> {
    try {
      if (this.#underWay >= MOST_UNDER_WAY) await this.#turn()
      const { entries, ...common } = await this.#sendCounted(batch)
      for (const { path, resolve } of batch.waiting) {
        const bytes = path === undefined ? undefined : entries.get(path)
        resolve({ bytes, ...common })
      }
    } catch (error) {
      for (const { reject } of batch.waiting) reject(error)
    } finally {
      this.#running.delete(batch)
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => this.#turns.push({ resolve, reject }))
  }

  /** Where the backend does not answer, those that wait have waited long enough. */
  async #sendCounted(batch: Batch): Promise<BatchReply> {
    // A question alone counts as well.
    const keys = Math.max(1, batch.keys.size)
    this.#underWay += keys
    const begun = this.#clock.now()
    // Replies to very many are late because this process reads one after the other; to fewer, because the backend is slow.
    const share = this.#underWay <= MOST_CHARGED ? 1 : keys / this.#underWay
    try {
      const reply = await this.#send(batch)
      return { ...reply, took: (this.#clock.now() - begun) * share }
    } catch (error) {
      const turns = this.#turns
      this.#turns = []
      for (const { reject } of turns) reject(error)
      throw error
    } finally {
      this.#underWay -= keys
      if (this.#underWay < MOST_UNDER_WAY) this.#turns.shift()?.resolve()
    }
  }

  async #send(batch: Batch): Promise<Omit<BatchReply, 'took'>> {
    if (this.#batch === batch) this.#batch = undefined
    const coherence = this.#coherence
    const begun = this.#clock.now()
    if (!coherence.pending.empty) await coherence.replay(batch.timeout)
    const sent = this.#clock.now()
    const { sequence } = coherence.pending
    const mark = this.#tracked?.mark() ?? 0
    const keys = [...batch.keys]
    const question = batch.ask || !coherence.proven(sent) ? coherence.question() : undefined
    const reply = await this.#store.read(
      { keys, ...(batch.names.size > 0 && { names: [...batch.names] }), ...(question && { question }) },
      Math.max(1, batch.timeout - (sent - begun)),
    )
    coherence.reached(sent)
    const caughtUp = reply.answer && question && coherence.answered(reply.answer, question)
    if (caughtUp) await caughtUp
    const entries = new Map(keys.map((key, i) => [key, reply.entries[i]]))
    return { entries, snapshot: reply.snapshot, sent, sequence, mark }
  }
}

/** Whoever is in a hurry gets a trip of its own: a trip takes as long as the most patient of its callers waits. */
function areAlike(one: number, other: number): boolean {
  return Math.min(one, other) >= ALIKE * Math.max(one, other)
}

interface Batch {
  readonly keys: Set<string>
  readonly names: Set<string>
  ask: boolean
  timeout: number
  readonly waiting: Waiting[]
}

interface Waiting {
  readonly path: string | undefined
  readonly resolve: (fetched: Fetched) => void
  readonly reject: (error: unknown) => void
}

interface BatchReply extends Omit<Fetched, 'bytes'> {
  readonly entries: ReadonlyMap<string, Uint8Array | undefined>
}

interface Turn {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}
