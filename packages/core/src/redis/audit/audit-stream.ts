import { randomUUID } from 'node:crypto'
import { type Cancel, type Clock, systemClock } from '../../clock.ts'
import type { RedstartEvent } from '../../telemetry/events.ts'
import { connectedServers } from '../connected.ts'
import type { RedisClient, RedisConnectionOptions } from '../options.ts'
import { announce } from '../scripts.ts'
import type { Servers } from '../servers.ts'
import { settingsOf } from '../target.ts'
import { type AuditEntry, auditEntry } from './audit-entry.ts'
import { auditSettings, type AuditStreamOptions, type AuditStreamSettings } from './audit-options.ts'

/** A trail of what happened to sessions, for whoever looks later. */
export interface AuditStream {
  /** Takes an event; all but those of sessions are left. Returns at once, and never throws. */
  readonly record: (event: RedstartEvent) => void
  /** What became of the events so far. */
  readonly counts: AuditCounts
  /** Writes what waits, within one deadline, and ends the connections. What cannot be written counts as dropped. */
  close(): Promise<void>
}

/** What became of events. */
export interface AuditCounts {
  readonly written: number
  readonly waiting: number
  /** There was no room while Redis did not answer, or no time at the end. */
  readonly dropped: number
}

/**
 * Writes events about sessions to a stream of Redis, over connections of its own: nothing of a request waits for it, and
 * none of its failures is a request's. Each is written at least once; where its writing was not confirmed it is there
 * twice, with the same `id`.
 *
 * ```ts
 * const audit = auditStream(process.env.AUDIT_REDIS_URL, { key: 'shop:audit' })
 * redstart.events.subscribe(audit.record)
 * ```
 *
 * @param target as for `redis()`.
 * @throws RedstartError `INVALID_ARGUMENT` for a target or an option that is not allowed.
 */
export function auditStream(
  target: string | RedisConnectionOptions | RedisClient = {},
  options: AuditStreamOptions = {},
): AuditStream {
  const settings = auditSettings(options)
  const clock = systemClock()
  // Its own keys and channel beside the stream are named by it, so that its user needs no others.
  const servers = connectedServers(settingsOf(target))({ app: settings.key, clock }, { onMessage: () => undefined })
  return new RedisAuditStream(settings, clock, servers)
}

class RedisAuditStream implements AuditStream {
  readonly #settings: AuditStreamSettings
  readonly #clock: Clock
  readonly #servers: Servers
  readonly #source = randomUUID()
  #recorded = 0
  #waiting: AuditEntry[] = []
  #written = 0
  #dropped = 0
  #next: Cancel | undefined
  #writing: Promise<void> | undefined
  #failures = 0
  #closed = false

  constructor(settings: AuditStreamSettings, clock: Clock, servers: Servers) {
    this.#settings = settings
    this.#clock = clock
    this.#servers = servers
  }

  readonly record = (event: RedstartEvent): void => {
    const entry = this.#entryOf(event)
    if (entry === undefined) return
    if (this.#closed || this.#waiting.length >= this.#settings.maxWaiting) {
      this.#dropped += 1
      return
    }
    this.#waiting.push(entry)
    if (this.#failures === 0) this.#writeIn(TOGETHER_MS)
  }

  get counts(): AuditCounts {
    return { written: this.#written, waiting: this.#waiting.length, dropped: this.#dropped }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#next?.()
    const end = this.#clock.now() + this.#settings.deadline
    await this.#writing
    while (this.#waiting.length > 0 && this.#clock.now() < end) if (!(await this.#write(end))) break
    this.#dropped += this.#waiting.splice(0).length
    await this.#servers.close()
  }

  /** What a function of the application throws is its own affair: the event is written without the user then. */
  #entryOf(event: RedstartEvent): AuditEntry | undefined {
    const id = `${this.#source}:${(this.#recorded += 1)}`
    try {
      return auditEntry(event, id, this.#settings)
    } catch (error) {
      this.#tell(error)
      return auditEntry(event, id, { userId: () => undefined })
    }
  }

  #writeIn(ms: number): void {
    if (this.#next !== undefined || this.#writing !== undefined || this.#closed) return
    this.#next = this.#clock.schedule(ms, () => {
      this.#next = undefined
      this.#writing = this.#writeAll().then((pause) => {
        this.#writing = undefined
        if (this.#waiting.length > 0) this.#writeIn(pause)
      })
    })
  }

  /** Returns how long to wait before what is left, or comes, is written. */
  async #writeAll(): Promise<number> {
    while (this.#waiting.length > 0 && !this.#closed)
      if (!(await this.#write(Infinity))) return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1))
    return TOGETHER_MS
  }

  /** Writes a batch. False where that failed: it is written again later. */
  async #write(end: number): Promise<boolean> {
    const { key, ttl, deadline } = this.#settings
    const batch = this.#waiting.slice(0, MOST_TOGETHER)
    const timeout = Math.max(1, Math.min(deadline, end - this.#clock.now()))
    const commands = [...batch.map((entry) => this.#addition(entry)), ['pexpire', key, ttl] as const]
    try {
      await this.#servers.call(key, timeout, async (client, _wanted, asking) => {
        const replies = commands.map(([command, ...args]) => {
          if (asking) announce(client)
          return client.call(command, args)
        })
        const failed = (await Promise.allSettled(replies)).find(({ status }) => status === 'rejected')
        if (failed?.status === 'rejected') throw failed.reason
      })
    } catch (error) {
      if (this.#failures === 0) this.#tell(error)
      this.#failures += 1
      return false
    }
    this.#failures = 0
    this.#written += batch.length
    this.#waiting.splice(0, batch.length)
    return true
  }

  #addition(entry: AuditEntry): readonly [string, ...(string | number)[]] {
    const { key, maxLength } = this.#settings
    return ['xadd', key, 'MAXLEN', '~', maxLength, '*', ...entry]
  }

  #tell(error: unknown): void {
    try {
      this.#settings.onError(error)
    } catch {
      // There is nobody left to be told.
    }
  }
}

/** Events of so many milliseconds are written together, and so many of them at the most. */
const TOGETHER_MS = 50
const MOST_TOGETHER = 200
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
