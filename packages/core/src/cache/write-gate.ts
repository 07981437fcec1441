import { RedstartError } from '../errors.ts'
import type { CacheStore, WriteRequest } from './cache-store.ts'

type Written = Awaited<ReturnType<CacheStore['write']>>

interface Waiting {
  readonly request: WriteRequest
  readonly timeout: number
  readonly resolve: (written: Promise<Written>) => void
  readonly reject: (error: unknown) => void
}

/** Writes under way at a time, and their bytes: the last of them must be done well within one deadline. */
const MOST_UNDER_WAY = 512
const MOST_BYTES = 4 * 1024 * 1024

/**
 * Sends writes as fast as the backend takes them. A write's timeout counts from its sending: that thousands of them wait for
 * each other is no fault of the backend's. Where it does not answer one, those that wait are not tried.
 */
export class WriteGate {
  readonly #store: Pick<CacheStore, 'write'>
  #underWay = 0
  #bytes = 0
  #waiting: Waiting[] = []
  #drains = false

  constructor(store: Pick<CacheStore, 'write'>) {
    this.#store = store
  }

  write(request: WriteRequest, timeout: number): Promise<Written> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, timeout, resolve, reject })
      this.#drainSoon()
    })
  }

  #drainSoon(): void {
    if (this.#drains || this.#waiting.length === 0) return
    this.#drains = true
    // Behind everything that is ready to go on, so that it is no time of the backend's.
    process.nextTick(() => this.#drain())
  }

  #drain(): void {
    this.#drains = false
    const waiting = this.#waiting
    let next = 0
    while (next < waiting.length && this.#underWay < MOST_UNDER_WAY && this.#bytes < MOST_BYTES) {
      const { request, timeout, resolve } = waiting[next] as Waiting // below the length
      resolve(this.#send(request, timeout))
      next++
    }
    this.#waiting = waiting.slice(next)
  }

  #send(request: WriteRequest, timeout: number): Promise<Written> {
    const { length } = request.bytes
    this.#underWay++
    this.#bytes += length
    // Not async: every write goes through here.
    return this.#store.write(request, timeout).then(
      (written) => {
        this.#ended(length)
        return written
      },
      (error: unknown) => {
        this.#ended(length)
        if (isSilence(error)) this.#refuse(error)
        throw error
      },
    )
  }

  #ended(bytes: number): void {
    this.#underWay--
    this.#bytes -= bytes
    this.#drainSoon()
  }

  #refuse(cause: RedstartError): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { reject } of waiting)
      reject(
        new RedstartError('STORE_UNAVAILABLE', 'not sent: the backend did not answer a write before it', { cause }),
      )
  }
}

/** Whether an error says that the backend does not answer; another one is of its write alone. */
function isSilence(error: unknown): error is RedstartError {
  return RedstartError.is(error) && error.code !== 'STORE_FAILED' && error.code !== 'VALUE_TOO_LARGE'
}
