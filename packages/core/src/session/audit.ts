import { LRUCache } from 'lru-cache'
import type { Cancel, Clock } from '../clock.ts'
import type { SessionEvent, SessionRefusal } from '../telemetry/session-events.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/** Events about one session, without what all of them have. */
type Told =
  Exclude<SessionEvent, { type: 'session.refused' }> extends infer Event
    ? Event extends { readonly namespace: string }
      ? Omit<Event, 'namespace'>
      : never
    : never

/** Tells what happens to sessions. What strangers can bring about at will is only counted. */
export class Audit {
  readonly #telemetry: Telemetry
  readonly #clock: Clock
  readonly #namespace: string
  readonly #counts = new Map<SessionRefusal, number>()
  #summary: Cancel | undefined
  readonly #toldOnce = new LRUCache<string, number>({ max: MOST_TOLD_ONCE })

  constructor(telemetry: Telemetry, clock: Clock, namespace: string) {
    this.#telemetry = telemetry
    this.#clock = clock
    this.#namespace = namespace
  }

  tell(event: Told): void {
    this.#telemetry.emit({ namespace: this.#namespace, ...event })
  }

  /**
   * Tells what would come with every request of a session: by this process once, as long as it is among the last 10 000.
   *
   * @param what tells it from others of its type and session.
   * @param again milliseconds after which it is told again.
   * @returns whether it was told.
   */
  tellOnce(what: string, event: Told & { readonly sid: string }, again: number = Infinity): boolean {
    const told = `${event.type}\0${event.sid}\0${what}`
    const now = this.#clock.now()
    const last = this.#toldOnce.get(told)
    if (last !== undefined && now - last < again) return false
    this.#toldOnce.set(told, now)
    this.tell(event)
    return true
  }

  /** The same once a minute; the others are counted, since whoever has the cookie can bring them about at will. */
  tellOrCount(what: string, event: Told & { readonly sid: string }, reason: SessionRefusal): void {
    if (!this.tellOnce(what, event, SUMMARY_MS)) this.count(reason)
  }

  /** A flood of garbage must not drown the rest. */
  count(reason: SessionRefusal): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1)
    this.#summary ??= this.#clock.schedule(SUMMARY_MS, () => this.#sum())
  }

  close(): void {
    this.#summary?.()
    this.#sum()
  }

  #sum(): void {
    this.#summary = undefined
    for (const [reason, count] of this.#counts)
      this.#telemetry.emit({ type: 'session.refused', namespace: this.#namespace, reason, count })
    this.#counts.clear()
  }
}

const SUMMARY_MS = 60_000
const MOST_TOLD_ONCE = 10_000
