import { channel } from 'node:diagnostics_channel'
import { type Counters, newCounters } from './counters.ts'
import type { RedstartEvent } from './events.ts'
import { logEvent, type Logger } from './logger.ts'

/** Hears every event; its own errors are swallowed, so that listening can never break what is listened to. */
export type EventListener = (event: RedstartEvent) => void

/** Anybody in the process may listen here without a reference to an instance. */
const everywhere = channel('redstart:event')

/** The one stream of events of an instance, and its counters. */
export class Telemetry {
  readonly #listeners = new Set<EventListener>()
  readonly #counters = new Map<string, Counters>()
  readonly #logger: Logger | undefined

  constructor(logger?: Logger) {
    this.#logger = logger
  }

  /** True when an event would be heard: hot paths build none otherwise. */
  get listening(): boolean {
    return this.#listeners.size > 0 || everywhere.hasSubscribers
  }

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: RedstartEvent): void {
    if (this.#logger !== undefined) guarded(() => logEvent(this.#logger as Logger, event)) // checked one line up; closures lose that
    for (const listener of this.#listeners) guarded(() => listener(event))
    if (everywhere.hasSubscribers) everywhere.publish(event)
  }

  /** The counters of one namespace, made at first use. */
  counters(namespace: string): Counters {
    let counters = this.#counters.get(namespace)
    if (counters === undefined) this.#counters.set(namespace, (counters = newCounters()))
    return counters
  }

  /** Every namespace that was used. */
  namespaces(): Iterable<readonly [string, Counters]> {
    return this.#counters
  }
}

function guarded(tell: () => unknown): void {
  try {
    const told = tell()
    if (told instanceof Promise) told.catch(() => undefined)
  } catch {
    // A listener's fault is the listener's.
  }
}
