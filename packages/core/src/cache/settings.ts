import { type Duration, milliseconds } from '../duration.ts'
import { checkObject } from '../errors.ts'
import { checkNamespace } from '../keys.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/** How long entries live. */
export interface Lifetime {
  /** How long an entry is fresh. @default '1h' */
  readonly ttl?: Duration
  /** How much longer it may be served while it is refreshed or when the loader fails. @default 0 */
  readonly stale?: Duration
}

/** Defaults of a namespace. */
export interface NamespaceOptions extends Lifetime {
  /**
   * Serve a stale entry at once and refresh it in the background; with `false` it is served only when the loader fails.
   * @default true
   */
  readonly staleWhileRevalidate?: boolean
  /** How long a loader may take. @default '30s' */
  readonly loadTimeout?: Duration
}

/** The options of a namespace, resolved. Durations are milliseconds. */
export interface Settings {
  readonly ttl: number
  readonly stale: number
  readonly staleWhileRevalidate: boolean
  readonly loadTimeout: number
}

/** A namespace in use. */
export interface NamespaceRecord {
  readonly name: string
  readonly settings: Settings
  readonly counters: Counters
}

const DEFAULTS: Settings = { ttl: 3_600_000, stale: 0, staleWhileRevalidate: true, loadTimeout: 30_000 }

/**
 * Lays options over settings.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a duration that is none.
 */
export function resolveSettings(options: NamespaceOptions, base: Settings = DEFAULTS): Settings {
  const { ttl, stale, staleWhileRevalidate, loadTimeout } = options
  return {
    ttl: ttl === undefined ? base.ttl : milliseconds(ttl, 'ttl', 1),
    stale: stale === undefined ? base.stale : milliseconds(stale, 'stale'),
    staleWhileRevalidate: staleWhileRevalidate ?? base.staleWhileRevalidate,
    loadTimeout: loadTimeout === undefined ? base.loadTimeout : milliseconds(loadTimeout, 'loadTimeout', 1),
  }
}

/** A key such as `${userId}:profile` makes every user a namespace; that must not fill the memory. */
const MOST_NAMESPACES = 1000

/** The namespaces of one instance: those that were configured, and the others at first use. */
export class Namespaces {
  readonly #records = new Map<string, NamespaceRecord>()
  readonly #telemetry: Telemetry

  constructor(configured: Readonly<Record<string, NamespaceOptions>>, telemetry: Telemetry) {
    this.#telemetry = telemetry
    for (const [name, options] of Object.entries(configured)) {
      checkObject(`the options of namespace ${name}`, options)
      this.#add(name, options)
    }
  }

  /** The namespace of that name. Beyond a bound the counters of new ones are kept together, under `(others)`. */
  get(name: string): NamespaceRecord {
    const record = this.#records.get(name)
    if (record !== undefined) return record
    if (this.#records.size < MOST_NAMESPACES) return this.#add(name, {})
    return { name, settings: DEFAULTS, counters: this.#telemetry.counters('(others)') }
  }

  #add(name: string, options: NamespaceOptions): NamespaceRecord {
    const record = {
      name: checkNamespace(name),
      settings: resolveSettings(options),
      counters: this.#telemetry.counters(name),
    }
    this.#records.set(name, record)
    return record
  }
}
