import { RedstartError } from '../errors.ts'
import { isOutage } from './opening.ts'
import { Watched } from './watched.ts'

/** What the handler of one request asks of its session, one after the other, and what the answer waits for. */
export class Steps {
  #last: Promise<unknown> = Promise.resolve()
  readonly #underWay = new Set<Watched<unknown>>()
  readonly #failed: Watched<unknown>[] = []
  #outage: RedstartError | undefined
  /** How many steps have met one. */
  #outages = 0

  /**
   * Runs a step after those before it, whether these failed or not. But where one of them meets a backend that does not
   * answer, those that wait for it fail with it: whoever waited for a backend once need not do so again.
   *
   * @param instead what is done then, in place of failing with that alone.
   */
  run<T>(step: () => Promise<T>, instead?: (outage: RedstartError) => Promise<T>): Promise<T> {
    const before = this.#outages
    const turn = async (): Promise<T> => {
      if (this.#outage !== undefined && this.#outages !== before) {
        if (instead === undefined) throw this.#outage
        return await instead(this.#outage)
      }
      try {
        return await step()
      } catch (error) {
        this.#note(error)
        throw error
      }
    }
    const done = this.#last.then(turn, turn)
    this.#last = done
    return this.follow(done)
  }

  /**
   * Has the head wait for something of which nobody may be waiting for the end. A failure that nobody has seen to by then
   * is the answer's; it is no reason to end the process.
   */
  follow<T>(work: Promise<T>): Promise<T> {
    const watched = new Watched<T>((resolve, reject) => void work.then(resolve, reject))
    const forget = (): void => void this.#underWay.delete(watched)
    this.#underWay.add(watched)
    // Before whoever waits for it: they may answer.
    watched.look(forget, () => {
      forget()
      this.#failed.push(watched)
    })
    return watched
  }

  /** Whether there is anything that has not ended yet, or has failed and nobody has seen to it. */
  get isBusy(): boolean {
    return this.#underWay.size > 0 || this.#failed.some(({ isSeen }) => !isSeen)
  }

  /**
   * What has not ended yet, or has failed and nobody has seen to it; undefined for nothing. It rejects with the first
   * failure, once all have ended.
   */
  get underWay(): Promise<void> | undefined {
    if (!this.isBusy) return undefined
    const unseen = this.#failed.filter(({ isSeen }) => !isSeen)
    return allEnded([...unseen, ...this.#underWay])
  }

  #note(error: unknown): void {
    if (!RedstartError.is(error) || !isOutage(error)) return
    this.#outage = error
    this.#outages += 1
  }
}

async function allEnded(works: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}
