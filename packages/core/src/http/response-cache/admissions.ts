import { LRUCache } from 'lru-cache'
import type { ByteEntries } from '../../cache/byte-entries.ts'

/**
 * What became of a request whose answer others wait for: it is stored; such answers are not to be; this one was not; its
 * client went, so that somebody else has to ask.
 */
export type Outcome = 'stored' | 'refused' | 'passed' | 'gone'

/** A request whose answer others wait for. */
export interface Admission {
  /** The first word counts. */
  end(outcome: Outcome): void
}

/** How long others go ahead at once after an answer was not to be stored, in ms. */
const ALONE_MS = 10_000
/** How long a page is not refreshed after that has failed, in ms. */
const PAUSE_MS = 1000
/** How many pages are known for either. */
const MOST_KNOWN = 10_000

/**
 * The requests of a process whose answers others wait for, one for each page. Waiting ends with the decision whether the
 * answer is stored: of a page whose answers are not, all go ahead side by side, and nobody waits for a while.
 */
export class Admissions {
  readonly #entries: Pick<ByteEntries, 'now' | 'schedule'>
  readonly #running = new Map<string, Running>()
  readonly #alone = new LRUCache<string, number>({ max: MOST_KNOWN })
  readonly #pausing = new LRUCache<string, number>({ max: MOST_KNOWN })
  readonly #timeout: number

  /** @param timeout longest that anybody waits, in ms. */
  constructor(entries: Pick<ByteEntries, 'now' | 'schedule'>, timeout: number) {
    this.#entries = entries
    this.#timeout = timeout
  }

  /** Somebody's answer is on its way. */
  isRunning(path: string): boolean {
    return this.#running.has(path)
  }

  /** What becomes of the request that runs; undefined where there is none to wait for. */
  waitFor(path: string): Promise<Outcome> | undefined {
    return this.#running.get(path)?.outcome
  }

  /** Whether nobody is to wait, because answers of late were not to be stored. */
  isAlone(path: string): boolean {
    return this.#isBefore(this.#alone.get(path))
  }

  /** The page could not be refreshed: what is stale is served for a while without another try. */
  pause(path: string): void {
    this.#pausing.set(path, this.#entries.now + PAUSE_MS)
  }

  isPausing(path: string): boolean {
    return this.#isBefore(this.#pausing.get(path))
  }

  /** From here on others wait; one that runs already is waited for no more. */
  begin(path: string): Admission {
    this.#running.get(path)?.end('passed')
    const running = new Running((outcome) => {
      cancel()
      if (this.#running.get(path) === running) this.#running.delete(path)
      if (outcome === 'refused') this.#alone.set(path, this.#entries.now + ALONE_MS)
      else if (outcome === 'stored') this.#alone.delete(path)
    })
    this.#running.set(path, running)
    // Of a handler that never answers, and of one whose client reads slowly, nobody learns anything.
    const cancel = this.#entries.schedule(this.#timeout, () => running.end('passed'))
    return running
  }

  #isBefore(until: number | undefined): boolean {
    return until !== undefined && this.#entries.now < until
  }
}

class Running implements Admission {
  readonly outcome: Promise<Outcome>
  readonly #ended: (outcome: Outcome) => void
  #resolve!: (outcome: Outcome) => void
  #over = false

  constructor(ended: (outcome: Outcome) => void) {
    this.#ended = ended
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  end(outcome: Outcome): void {
    if (this.#over) return
    this.#over = true
    this.#ended(outcome)
    this.#resolve(outcome)
  }
}
