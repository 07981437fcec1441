import { type Clock, systemClock } from '../clock.ts'
import { Answering } from './answering.ts'
import { CHANNELS, everywhere } from './channels.ts'
import type { Counters } from './counters.ts'
import type { RedstartEvent } from './events.ts'
import type { EventOf } from './hooks.ts'
import type { Operation } from './latency.ts'
import { guard, guardedLogger } from './guarded.ts'
import { logEvent } from './log-event.ts'
import type { Logger } from './logger.ts'
import { Measurements } from './measurements.ts'
import { type PastSlowOperation, resolveSlow, SlowLog, type SlowSettings } from './slow.ts'

/**
 * Hears every event; its own errors are caught, so that listening can never break what is listened to. What it returns
 * does not matter, unless it is a promise that rejects.
 */
export type EventListener = (event: RedstartEvent) => unknown

type EventType = RedstartEvent['type']

/** One call to listen: the same function may be told twice, and stops twice. */
interface Listening {
  readonly listener: EventListener
}

/** An entry, with where it is counted. */
interface Timed {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
}

export interface TelemetryOptions {
  readonly logger?: Logger | undefined
  readonly clock?: Clock
  readonly slow?: SlowSettings
}

const hits = CHANNELS['cache.hit']

/** The one stream of events of an instance, its counters and its times. */
export class Telemetry {
  readonly measurements: Measurements
  readonly #clock: Clock
  readonly #logger: Logger | undefined
  readonly #slow: SlowSettings
  readonly #slowLog: SlowLog
  readonly #answering: Answering
  readonly #everything = new Set<Listening>()
  readonly #some = new Map<EventType, Set<Listening>>()
  /** Listeners that hear of hits: kept apart for the path of hits in memory. */
  #hearingHits = 0
  /** Functions of the caller's, and the logger, whose failure was told; it is told once. */
  readonly #failed = new WeakSet<object>()

  constructor({ logger, clock = systemClock(), slow = resolveSlow() }: TelemetryOptions = {}) {
    this.#logger = logger && guardedLogger(logger, (error) => this.#failedTo(logger, error))
    this.#clock = clock
    this.#slow = slow
    this.#slowLog = new SlowLog(slow.keep)
    this.#answering = new Answering(clock, (event) => this.emit(event))
    this.measurements = new Measurements(clock)
  }

  /** True when a hit would be heard: hot paths build no event otherwise. */
  get hearsHits(): boolean {
    return this.#hearingHits > 0 || everywhere.hasSubscribers || hits.hasSubscribers
  }

  /** True when an event of this type would be heard by anybody but the logger. */
  hears(type: EventType): boolean {
    return (
      this.#everything.size > 0 ||
      everywhere.hasSubscribers ||
      CHANNELS[type].hasSubscribers ||
      this.#some.get(type) !== undefined
    )
  }

  /** Hears every event; returns how to stop. */
  subscribe(listener: EventListener): () => void {
    const listening = { listener }
    this.#everything.add(listening)
    this.#hearingHits++
    return () => {
      if (this.#everything.delete(listening)) this.#hearingHits--
    }
  }

  /** Hears events of one type, so that nothing is built for it on other paths; returns how to stop. */
  on<Type extends EventType>(type: Type, listener: (event: EventOf<Type>) => unknown): () => void {
    // It is told events of that type alone.
    const listening = { listener: listener as EventListener }
    const listenings = this.#some.get(type) ?? new Set()
    this.#some.set(type, listenings.add(listening))
    if (type === 'cache.hit') this.#hearingHits++
    return () => {
      if (!listenings.delete(listening)) return
      if (type === 'cache.hit') this.#hearingHits--
      if (listenings.size === 0 && this.#some.get(type) === listenings) this.#some.delete(type)
    }
  }

  /** Hears of invalidations and of the view alone; returns how to stop. */
  watch(listener: EventListener): () => void {
    const stops = [this.on('cache.invalidate', listener), this.on('view.reset', listener)]
    return () => {
      for (const stop of stops) stop()
    }
  }

  emit(event: RedstartEvent): void {
    if (this.#logger !== undefined) logEvent(this.#logger, event)
    for (const { listener } of this.#everything) this.tell(listener, event)
    for (const { listener } of this.#some.get(event.type) ?? []) this.tell(listener, event)
    const channel = CHANNELS[event.type]
    if (channel.hasSubscribers) channel.publish(event)
    if (everywhere.hasSubscribers) everywhere.publish(event)
    if (event.type === 'store.error') this.#answering.failed(event)
  }

  /**
   * Calls a function of the caller's that is only told something and not waited for. What it throws or rejects with
   * disturbs nothing; it is told, the first time.
   */
  tell<Told extends readonly unknown[]>(listener: (...told: Told) => unknown, ...told: Told): void {
    guard(
      () => listener(...told),
      (error) => this.#failedTo(listener, error),
    )
  }

  /** The backend answered a call that was sent then, and nothing waits for it any more. */
  answered(sent: number): void {
    this.#answering.answered(sent)
  }

  /** The counters of one namespace, made at first use. */
  counters(namespace: string): Counters {
    return this.measurements.counters(namespace)
  }

  /** The instant at which something begins that is timed. */
  now(): number {
    return this.#clock.now()
  }

  /** Something ends that began then. Returns the milliseconds that it took. */
  took(operation: Operation, { namespace, path, counters }: Timed, begun: number): number {
    const now = this.#clock.now()
    const milliseconds = now - begun
    this.measurements.record(operation, counters, milliseconds, now)
    this.#judge(operation, namespace, path, milliseconds, now)
    return milliseconds
  }

  /** An invalidation ends that began then. `namespace` is undefined for one that concerns several. */
  invalidated(namespace: string | undefined, begun: number): void {
    const now = this.#clock.now()
    this.measurements.recordInvalidation(namespace, now - begun, now)
    this.#judge('invalidate', namespace, undefined, now - begun, now)
  }

  /** The same function, timed where that was asked for. */
  timedKey<Args extends readonly unknown[], T>(namespace: string, make: (...args: Args) => T): (...args: Args) => T {
    if (this.#slow.key === undefined) return make
    return (...args) => {
      const begun = this.#clock.now()
      const key = make(...args)
      const now = this.#clock.now()
      this.#judge('key', namespace, undefined, now - begun, now)
      return key
    }
  }

  /** The latest slow operations, latest first. */
  slow(): readonly PastSlowOperation[] {
    return this.#slowLog.read(this.#clock.now())
  }

  #judge(
    operation: Operation | 'key',
    namespace: string | undefined,
    key: string | undefined,
    milliseconds: number,
    now: number,
  ): void {
    const most = operation === 'load' ? this.#slow.load : operation === 'key' ? this.#slow.key : this.#slow.operation
    if (most === undefined || milliseconds <= most) return
    const slow = { operation, namespace, key, milliseconds }
    this.#slowLog.add(slow, now)
    this.emit({ type: 'cache.slow', ...slow })
  }

  #failedTo(listener: object, error: unknown): void {
    if (this.#failed.has(listener)) return
    this.#failed.add(listener)
    this.emit({ type: 'listener.error', error })
  }
}
