import type { Clock } from '../../clock.ts'
import type { Purge, PurgeSink } from './purge-sink.ts'

export interface PurgeQueueParts {
  readonly sink: PurgeSink
  readonly clock: Clock
  /** How long what comes together is gathered, in ms. */
  readonly delay: number
  /** Most tags and URLs that wait. */
  readonly most: number
  /** Ends what runs. */
  readonly signal: AbortSignal
  /** Told what a sink failed with, and of what. */
  readonly failed: (error: unknown, purge: Purge) => void
}

/** What waits for one sink: each name once, one call of the sink at a time. */
export class PurgeQueue {
  readonly #parts: PurgeQueueParts
  #tags = new Set<string>()
  #urls = new Set<string>()
  #running: Promise<void> | undefined

  constructor(parts: PurgeQueueParts) {
    this.#parts = parts
  }

  /** @returns what there was no room for. */
  add({ tags, urls }: Purge): Purge {
    const refused = { tags: this.#into(this.#tags, tags), urls: this.#into(this.#urls, urls) }
    if (this.#tags.size + this.#urls.size > 0) this.#running ??= this.#run()
    return refused
  }

  /** What waits gives way to one tag that stands for all of it. */
  replace(all: string): void {
    this.#tags = new Set([all])
    this.#urls = new Set()
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  #into(waiting: Set<string>, names: readonly string[]): readonly string[] {
    return names.filter((name) => {
      const isFull = this.#tags.size + this.#urls.size >= this.#parts.most
      if (!isFull) waiting.add(name)
      return isFull && !waiting.has(name)
    })
  }

  async #run(): Promise<void> {
    const { sink, clock, delay, signal, failed } = this.#parts
    await waited(clock, delay, signal)
    while (this.#tags.size + this.#urls.size > 0) {
      const purge: Purge = { tags: [...this.#tags], urls: [...this.#urls] }
      this.#tags = new Set()
      this.#urls = new Set()
      try {
        signal.throwIfAborted()
        await sink(purge, signal)
      } catch (error) {
        failed(error, purge)
      }
    }
    this.#running = undefined
  }
}

/** Ends early when nobody waits any more. */
async function waited(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.schedule(ms, end)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
