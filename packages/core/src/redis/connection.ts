// That of the module, which test runners that fake the time leave alone.
import { setImmediate } from 'node:timers'
import type { Redis } from 'ioredis'
import type { Cancel, Clock } from '../clock.ts'
import type { RedstartError } from '../errors.ts'
import { closed, failureOf, isReply, reasonOf, unavailable } from './failure.ts'
import { Gate } from './gate.ts'
import type { Send, Wanted } from './servers.ts'

/** What a connection is made with. */
export interface ConnectionContext {
  readonly client: (pause: () => number) => Redis
  readonly clock: Clock
  readonly viewKey: string
  readonly connectTimeout: number
  /** What must be answered on each new connection before anything else is sent on it. */
  readonly prepare: (client: Redis) => Promise<void>
}

/**
 * - `idle` - never used, or ioredis has given up: the next use connects.
 * - `opening` - connecting or preparing; calls wait.
 * - `open` - calls are sent.
 * - `refused` - connected, but the preparation was answered with an error; the next use prepares again.
 * - `down` - ioredis waits before it connects again; calls reject at once.
 * - `closed` - for good.
 */
type State = 'idle' | 'opening' | 'open' | 'refused' | 'down' | 'closed'

/** One connection that keeps itself up, and lets nothing be sent before it is prepared. */
export class Connection {
  readonly client: Redis
  readonly #context: ConnectionContext
  #state: State = 'idle'
  /** Grows whenever a connection is lost, so that what belongs to an earlier one is told apart. */
  #epoch = 0
  #gate = new Gate()
  #guard: Cancel | undefined
  #watch: Cancel | undefined
  /** What is sent on it goes out at the end of this turn. */
  #corked: Redis['stream'] | undefined
  /** Calls that go out with the next write. */
  #held = 0
  #reason = 'no attempt to connect has been made'
  /** Attempts since the connection was last open; a server that lets us connect and then refuses counts, too. */
  #failures = 0
  /** Replies that came so far, of any kind. */
  heard = 0
  /** Calls that were made and have not ended yet. */
  owed = 0

  constructor(context: ConnectionContext) {
    this.#context = context
    this.client = context.client(() => pauseAfter((this.#failures += 1)))
    this.client.on('error', (error: unknown) => {
      this.#reason = reasonOf(error)
    })
    this.client.on('connecting', () => this.#begin())
    this.client.on('ready', () => void this.#prepare())
    this.client.on('close', () => this.#lost('down'))
    this.client.on('end', () => this.#lost('idle'))
  }

  /**
   * Sends. While replies are owed, what is sent in one turn of the event loop goes out a few calls at a time: a write of its
   * own costs as much as a small command, and to hold back all of them would leave the server with nothing to do meanwhile.
   * Where none is, it goes out at once, since there may be nothing to wait for.
   *
   * @param many it stands for many calls, and goes out with what was held before it.
   */
  send<T>(send: Send<T>, wanted: Wanted, many = false): Promise<T> {
    if (many) return this.#sendMany(send, wanted)
    if (this.owed > 0) {
      this.#batch()
      return send(this.client, wanted, false)
    }
    // What one call sends goes out together in any case.
    const { stream } = this.client
    stream.cork()
    try {
      return send(this.client, wanted, false)
    } finally {
      stream.uncork()
    }
  }

  #sendMany<T>(send: Send<T>, wanted: Wanted): Promise<T> {
    const { stream } = this.client
    const sent = send(this.client, wanted, false)
    if (this.#corked === stream) {
      stream.uncork()
      stream.cork()
      this.#held = 0
    }
    return sent
  }

  #batch(): void {
    const { stream } = this.client
    if (this.#corked === stream) {
      this.#held += 1
      if (this.#held <= MOST_HELD) return
      stream.uncork()
      stream.cork()
      this.#held = 1
      return
    }
    this.#corked = stream
    this.#held = 1
    stream.cork()
    setImmediate(() => {
      this.#corked = undefined
      stream.uncork()
    })
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Why it is not open; undefined while it is. */
  get trouble(): string | undefined {
    return this.#state === 'open' ? undefined : this.#reason
  }

  /** How often it was lost: another server may have been connected to since. */
  get losses(): number {
    return this.#epoch
  }

  get isClosed(): boolean {
    return this.#state === 'closed'
  }

  /** Resolves once calls can be sent; connects where that was not done yet. */
  opened(): Promise<void> {
    if (this.#state === 'open') return Promise.resolve()
    if (this.#state === 'closed') return Promise.reject(closed())
    if (this.#state === 'down') return Promise.reject(unavailable(this.#reason))
    const before = this.#state
    this.#begin()
    // Failures of the attempt arrive as events.
    if (before === 'idle') this.client.connect().catch(() => {})
    if (before === 'refused') void this.#prepare()
    return this.#gate.promise
  }

  /** Why a command that was sent here was rejected. */
  explain(error: unknown): RedstartError {
    return this.#state === 'closed' ? closed() : failureOf(error, this.#context.viewKey)
  }

  /**
   * A call got no answer in time. A server that stays silent although it owes replies has its connection dropped, since
   * TCP would find out only after minutes.
   *
   * @param heard {@link Connection.heard} when the call was sent.
   */
  missed(heard: number): void {
    if (this.#watch !== undefined || this.#state !== 'open' || heard !== this.heard) return
    this.#watch = this.#context.clock.schedule(this.#context.connectTimeout, () => {
      this.#watch = undefined
      if (heard === this.heard && this.#state === 'open') this.#drop('it stopped answering')
    })
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#stopTimers()
    this.#gate.fail(closed())
    const status = this.client.status
    const ended = new Promise<void>((resolve) => {
      // From these, ioredis ends without an event or at once.
      if (status === 'wait' || status === 'end' || status === 'reconnecting' || status === 'close') return resolve()
      const timer = setTimeout(resolve, LONGEST_CLOSE_MS)
      this.client.once('end', () => {
        clearTimeout(timer)
        resolve()
      })
    })
    this.client.disconnect()
    await ended
  }

  #begin(): void {
    if (this.#state === 'opening' || this.#state === 'closed') return
    this.#state = 'opening'
    this.#gate = new Gate()
    const { clock, connectTimeout } = this.#context
    this.#guard = clock.schedule(connectTimeout, () =>
      this.#drop(`no answer within ${connectTimeout} ms of connecting`),
    )
  }

  async #prepare(): Promise<void> {
    if (this.#state !== 'opening') return this.client.disconnect(this.#state !== 'closed')
    const epoch = this.#epoch
    let failure: RedstartError | undefined
    try {
      // ioredis sends it too, and goes on in database 0 when it is refused.
      const { db } = this.client.options
      if (db !== undefined && db !== 0) await this.client.select(db)
      await this.#context.prepare(this.client)
    } catch (error) {
      failure = this.explain(error)
      // Some refusals make ioredis connect anew at once.
      if (isReply(error)) this.#reason = reasonOf(error)
    }
    if (epoch !== this.#epoch || this.#state !== 'opening') return
    this.#stopTimers()
    this.#state = failure === undefined ? 'open' : 'refused'
    if (failure !== undefined) return this.#gate.fail(failure)
    this.#failures = 0
    this.#gate.pass()
  }

  #drop(reason: string): void {
    this.#lost('down', reason)
    this.client.disconnect(true)
  }

  #lost(next: 'down' | 'idle', reason?: string): void {
    if (this.#state === 'closed') return
    this.#epoch += 1
    this.#stopTimers()
    if (reason !== undefined) this.#reason = reason
    else if (this.#state === 'open') this.#reason = 'the connection was lost'
    this.#state = next
    this.#gate.fail(unavailable(this.#reason))
  }

  #stopTimers(): void {
    this.#guard?.()
    this.#watch?.()
    this.#watch = undefined
  }
}

/** Milliseconds between attempts to connect: 50 doubling to 2000, of which a random part of up to half is left out. */
export function pauseAfter(failures: number): number {
  return Math.min(2000, 50 * 2 ** Math.min(failures - 1, 10)) * (0.5 + Math.random() / 2)
}

/** Calls that go out in one write. */
const MOST_HELD = 8

/** ioredis destroys the socket after its own shorter deadline; this one is for a Sentinel that does not answer. */
const LONGEST_CLOSE_MS = 500
