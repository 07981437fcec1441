import type { Clock } from '../clock.ts'
import { Breaker } from '../redis/breaker.ts'
import { closed, failureOf, isReply, stalled, timedOut } from '../redis/failure.ts'
import type { Master, Send, Servers } from '../redis/servers.ts'
import { Endpoint } from './endpoint.ts'
import { Unanswered } from './failures.ts'
import { HttpClient } from './http-client.ts'
import type { HttpSettings } from './settings.ts'

/** A call that waited less says nothing of the service: its caller was in a hurry. */
const LEAST_TELLING_MS = 25
/** How long a probe may take. */
const PROBE_MS = 5000

/** One Redis behind HTTP. A call ends with its timeout, and its request when nobody waits for any part of it. */
export class HttpServer implements Servers {
  readonly single = true
  readonly behindSentinel = false
  readonly connected = false
  readonly #clock: Clock
  readonly #viewKey: string
  readonly #endpoint: Endpoint
  readonly #breaker: Breaker
  readonly #underWay = new Set<(error: Error) => void>()
  /** What the last call that got no answer ended with. */
  #trouble: string | undefined
  #closed = false

  constructor(settings: HttpSettings, clock: Clock, viewKey: string) {
    this.#clock = clock
    this.#viewKey = viewKey
    this.#endpoint = new Endpoint(settings)
    this.#breaker = new Breaker({ ...settings.breaker, clock, random: Math.random, probe: () => this.#probe() })
  }

  call<T>(_key: string, timeout: number, send: Send<T>): Promise<T> {
    return this.#call(timeout, send)
  }

  callApart<T>(_key: string, timeout: number, send: Send<T>): Promise<T> {
    return this.#call(timeout, send)
  }

  callView<T>(timeout: number, send: Send<T>): Promise<T> {
    return this.#call(timeout, send)
  }

  async masters(): Promise<readonly Master[]> {
    return [{ name: '', call: (timeout, send) => this.#call(timeout, send) }]
  }

  /** Where its keys are is the service's affair. */
  async changes(): Promise<number> {
    return 0
  }

  split(keys: readonly string[]): readonly (readonly string[])[] {
    return [keys]
  }

  breakers(): { readonly open: number; readonly of: number } {
    return { open: this.#breaker.state === 'closed' ? 0 : 1, of: 1 }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#breaker.close()
    for (const stop of [...this.#underWay]) stop(closed())
  }

  async #call<T>(timeout: number, send: Send<T>): Promise<T> {
    const breaker = this.#breaker
    if (this.#closed) throw closed()
    if (breaker.state !== 'closed') {
      breaker.refused()
      throw stalled(this.#trouble)
    }
    const startedAt = this.#clock.now()
    try {
      const value = await this.#begin(timeout, send)
      breaker.succeeded()
      return value
    } catch (error) {
      if (error instanceof Unanswered) {
        this.#trouble = error.reason
        if (timeout >= LEAST_TELLING_MS || error.reason !== undefined) breaker.failed(startedAt)
      } else if (!this.#closed) breaker.succeeded()
      throw this.#closed ? closed() : error
    }
  }

  /** Whether the service answers again, whatever it says. */
  async #probe(): Promise<void> {
    try {
      await this.#begin(PROBE_MS, (client) => client.call('ping', []))
    } catch (error) {
      if (error instanceof Unanswered) throw error
    }
  }

  /** Rejects with {@link Unanswered} where nothing came back that is an answer. */
  #begin<T>(timeout: number, send: Send<T>): Promise<T> {
    const requests = new AbortController()
    return new Promise((resolve, reject) => {
      let waiting = true
      const end = (): void => {
        waiting = false
        cancel()
        this.#underWay.delete(stop)
      }
      const stop = (error: Error): void => {
        if (!waiting) return
        end()
        requests.abort()
        reject(error)
      }
      const late = (): void => stop(new Unanswered(timedOut(timeout), undefined))
      let cancel = this.#clock.schedule(timeout, () => {
        // A busy event loop runs its timers before it reads what has come in meanwhile: let it read once.
        cancel = this.#clock.schedule(0, late)
      })
      this.#underWay.add(stop)
      send(new HttpClient(this.#endpoint, requests.signal), () => waiting, false).then(
        (value) => {
          end()
          resolve(value)
        },
        (error: unknown) => stop(isReply(error) ? failureOf(error, this.#viewKey) : asError(error)),
      )
    })
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
