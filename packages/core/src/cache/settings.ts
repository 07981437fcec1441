import { type Duration, milliseconds } from '../duration.ts'
import { checkObject } from '../errors.ts'
import { checkNamespace } from '../keys.ts'
import { membersOf } from '../members.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { checkOptions, NAMESPACE_MEMBERS } from './known-options.ts'
import type { L1Options } from './l1.ts'
import { LOAD_DEFAULTS, type LoadOptions, type LoadSettings, resolveLoads } from './load-options.ts'
import { resolveValues, VALUE_DEFAULTS, type ValueOptions, type ValueSettings } from './value-options.ts'

/** How long entries live. */
export interface Lifetime {
  /** How long an entry is fresh. @default '1h' */
  readonly ttl?: Duration
  /** How much longer it may be served while it is refreshed or when the loader fails. @default 0 */
  readonly stale?: Duration
}

/** Defaults of a namespace. */
export interface NamespaceOptions extends Lifetime, LoadOptions, ValueOptions {}

/** A namespace as an instance is told of it. */
export interface NamespaceConfig extends NamespaceOptions {
  /** Bounds in memory of its own: it can neither crowd out other namespaces nor be crowded out. @default those of all */
  readonly l1?: L1Options
}

/** The options of a namespace, resolved. Durations are milliseconds. */
export interface Settings extends LoadSettings, ValueSettings {
  readonly ttl: number
  readonly stale: number
}

/** A namespace in use. */
export interface NamespaceRecord {
  readonly name: string
  readonly settings: Settings
  readonly counters: Counters
}

const DEFAULTS: Settings = { ...LOAD_DEFAULTS, ...VALUE_DEFAULTS, ttl: 3_600_000, stale: 0 }

/**
 * Lays options over settings.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function resolveSettings(options: NamespaceOptions, base: Settings = DEFAULTS): Settings {
  const { ttl, stale } = resolveLifetime(options, base)
  return { ...resolveLoads(options, base), ...resolveValues(options, ttl, base), ttl, stale }
}

/**
 * The settings of one call, but for how long its entry lives: most calls say no more, and have those of their namespace.
 *
 * @param ttl of the call.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function settingsOfCall(options: NamespaceOptions, base: Settings, ttl: number): Settings {
  if (base.form.foreignTtl === undefined && !saysMore(options)) return base
  return { ...resolveLoads(options, base), ...resolveValues(options, ttl, base), ttl, stale: base.stale }
}

/**
 * How long entries live, in ms.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a duration that is not allowed.
 */
export function resolveLifetime(
  { ttl, stale }: Lifetime,
  base: Settings,
): { readonly ttl: number; readonly stale: number } {
  return {
    ttl: ttl === undefined ? base.ttl : milliseconds(ttl, 'ttl', 1),
    stale: stale === undefined ? base.stale : milliseconds(stale, 'stale'),
  }
}

const OF_ALL = membersOf<NamespaceOptions>(NAMESPACE_MEMBERS)
const OF_NAMESPACE = membersOf<NamespaceConfig>({ ...NAMESPACE_MEMBERS, l1: true })

const BEYOND_LIFETIME: Readonly<Record<Exclude<keyof NamespaceOptions, keyof Lifetime>, true>> = {
  staleWhileRevalidate: true,
  loadTimeout: true,
  softTimeout: true,
  jitter: true,
  earlyRefresh: true,
  negativeTtl: true,
  errorTtl: true,
  backOff: true,
  lease: true,
  admission: true,
  serializer: true,
  compression: true,
  version: true,
  maxValueBytes: true,
  foreignJson: true,
}

/** Whether there is anything in the options beside how long entries live. */
function saysMore(options: NamespaceOptions): boolean {
  for (const name in options) if (name in BEYOND_LIFETIME) return true
  return false
}

/** A key such as `${userId}:profile` makes every user a namespace; that must not fill the memory. */
const MOST_NAMESPACES = 1000

/** The namespaces of one instance: those that were configured, and the others at first use. */
export class Namespaces {
  readonly #records = new Map<string, NamespaceRecord>()
  readonly #telemetry: Telemetry
  readonly #defaults: Settings
  /** Any namespace has a version. */
  #versioned: boolean

  constructor(defaults: NamespaceOptions, configured: Readonly<Record<string, NamespaceConfig>>, telemetry: Telemetry) {
    this.#telemetry = telemetry
    checkOptions('defaults', defaults, OF_ALL)
    this.#defaults = resolveSettings(defaults)
    this.#versioned = this.#defaults.form.shape !== 0
    for (const [name, options] of Object.entries(configured)) {
      checkObject(`the options of namespace ${name}`, options)
      checkOptions(`the options of namespace ${name}`, options, OF_NAMESPACE)
      this.#add(name, options)
    }
  }

  /** The namespace of that name. Beyond a bound the counters of new ones are kept together, under `(others)`. */
  get(name: string): NamespaceRecord {
    const record = this.#records.get(name)
    if (record !== undefined) return record
    if (this.#records.size < MOST_NAMESPACES) return this.#add(name, {})
    return { name, settings: this.#defaults, counters: this.#telemetry.counters('(others)') }
  }

  /** The version of entries under a path, where a reader says none; on the path of every hit. */
  shapeAt(path: string): number {
    if (!this.#versioned) return 0
    const { form } = this.#records.get(path.slice(0, path.indexOf(':')))?.settings ?? this.#defaults
    return form.shape
  }

  #add(name: string, options: NamespaceOptions): NamespaceRecord {
    const record = {
      name: checkNamespace(name),
      settings: resolveSettings(options, this.#defaults),
      counters: this.#telemetry.counters(name),
    }
    this.#versioned ||= record.settings.form.shape !== 0
    this.#records.set(name, record)
    return record
  }
}
