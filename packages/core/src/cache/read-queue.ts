import type { Clock } from '../clock.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import type { TrackedKeys } from '../invalidation/tracked-keys.ts'
import type { CacheStore, Question, ReadRequest } from './cache-store.ts'
import { Passing } from './passing.ts'
import { Batch, type Came, type Fetched } from './read-batch.ts'

/** Keys under way at a time: the last of their replies must be read well within one deadline. More wait here. */
const MOST_UNDER_WAY = 2048

/** Keys under way up to which each trip is charged all of its time. */
const MOST_CHARGED = 512

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
  readonly #running = new Passing<number, Batch>()
  #begun = 0
  /** Batches that wait until fewer keys are under way. */
  #turns: Batch[] = []
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
    const fetched = batch.add(path, names, ask, timeout)
    if (batch.isFull) this.#batch = undefined
    return fetched
  }

  /** Resolves when the replies to what has been asked for until now have come, or will not come. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values().map((batch) => batch.add(undefined, [], false, 0)))
  }

  #open(timeout: number): Batch {
    const current = this.#batch
    if (current?.suits(timeout) === true) return current
    const batch = new Batch(timeout, (this.#begun += 1))
    this.#batch = batch
    this.#running.set(batch.order, batch)
    // Behind everything that is ready to go on: whatever else it reads comes into the same trip.
    process.nextTick(() => this.#begin(batch))
    return batch
  }

  #begin(batch: Batch): void {
    if (this.#underWay >= MOST_UNDER_WAY) this.#turns.push(batch)
    else this.#start(batch)
  }

  /** Sends a batch and hands everybody their part of the reply. Not async: this is the path of every hit in the backend. */
  #start(batch: Batch): void {
    if (this.#batch === batch) this.#batch = undefined
    const { weight } = batch
    this.#underWay += weight
    const begun = this.#clock.now()
    // Replies to very many are late because this process reads one after the other; to fewer, because the backend is slow.
    const share = this.#underWay <= MOST_CHARGED ? 1 : weight / this.#underWay
    this.#ask(batch, begun).then(
      (came) => {
        batch.answer(came, (this.#clock.now() - begun) * share)
        this.#end(batch, weight)
      },
      (error: unknown) => {
        const turns = this.#turns
        this.#turns = []
        batch.fail(error)
        this.#end(batch, weight)
        // Where the backend does not answer, those that wait have waited long enough.
        for (const waiting of turns) this.#drop(waiting, error)
      },
    )
  }

  #end(batch: Batch, weight: number): void {
    this.#running.delete(batch.order)
    this.#underWay -= weight
    if (this.#underWay >= MOST_UNDER_WAY) return
    const next = this.#turns.shift()
    if (next !== undefined) this.#start(next)
  }

  #drop(batch: Batch, error: unknown): void {
    if (this.#batch === batch) this.#batch = undefined
    this.#running.delete(batch.order)
    batch.fail(error)
  }

  #ask(batch: Batch, begun: number): Promise<Came> {
    const { pending } = this.#coherence
    try {
      if (pending.empty) return this.#send(batch, begun, begun)
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#coherence.replay(batch.timeout).then(() => this.#send(batch, begun, this.#clock.now()))
  }

  #send(batch: Batch, begun: number, sent: number): Promise<Came> {
    const coherence = this.#coherence
    const { sequence } = coherence.pending
    const mark = this.#tracked?.mark() ?? 0
    const question = batch.ask || !coherence.proven(sent) ? coherence.question() : undefined
    const left = Math.max(1, batch.timeout - (sent - begun))
    return this.#store.read(requestOf(batch, question), left).then((reply) => {
      coherence.reached(sent)
      const { entries, snapshot } = reply
      const came = { entries, snapshot, sent, sequence, mark }
      const caughtUp = reply.answer && question && coherence.answered(reply.answer, question)
      return caughtUp === undefined ? came : caughtUp.then(() => came)
    })
  }
}

function requestOf({ keys, names }: Batch, question: Question | undefined): ReadRequest {
  if (names === undefined && question === undefined) return { keys }
  if (question === undefined) return { keys, names }
  return names === undefined ? { keys, question } : { keys, names, question }
}
