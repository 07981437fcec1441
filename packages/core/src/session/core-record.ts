import { Buffer } from 'node:buffer'

/**
 * What a session knows of itself, sealed: nobody who can write to the backend can make himself another user, move a
 * session's end, or take a step-up. It is only ever replaced as a whole, by compare-and-set.
 */
export interface CoreRecord {
  readonly userId: string | undefined
  /** Instants are the backend's time in ms. */
  readonly created: number
  readonly absolute: number
  /** When the user last proved who they are; undefined for an anonymous session. */
  readonly authenticated: number | undefined
  /** How: `pwd`, `otp`, ... (RFC 8176). */
  readonly methods: readonly string[]
  readonly roles: readonly string[]
  /** The user is who `identify` finds in the data, and is signed out when it finds nobody. */
  readonly identified: boolean
  /** The cookie outlives the browser. */
  readonly remember: boolean
  /** Something changed that was bound: nothing is fresh before the next log-in. */
  readonly stepUp: boolean
  /** The version of the data's schema. */
  readonly version: number
  readonly device: DeviceRecord
}

/** Where a session was begun, as its user is shown it. */
export interface DeviceRecord {
  /** Network, not address: /24 of IPv4, /56 of IPv6. */
  readonly network: string | undefined
  /** What the user agent calls itself, families only: `Firefox on Windows 11`. */
  readonly userAgent: string | undefined
  readonly kind: 'desktop' | 'mobile' | 'tablet' | 'bot' | 'other'
}

/** JSON text with short names: it is sealed into every session. */
export function encodeCore(core: CoreRecord): Uint8Array {
  const { userId, created, absolute, authenticated, methods, roles, version, device } = core
  return Buffer.from(
    JSON.stringify({
      u: userId,
      c: created,
      x: absolute,
      a: authenticated,
      m: methods.length > 0 ? methods : undefined,
      r: roles.length > 0 ? roles : undefined,
      i: core.identified || undefined,
      p: core.remember || undefined,
      s: core.stepUp || undefined,
      v: version,
      n: device.network,
      g: device.userAgent,
      d: device.kind,
    }),
  )
}

/**
 * A core that shares nothing with what it is made of, and that nobody can change: all requests of a session in one process
 * share what they know of it.
 */
export function coreRecord(core: CoreRecord): CoreRecord {
  const { userId, created, absolute, authenticated, methods, roles, identified, remember, stepUp, version } = core
  const { network, userAgent, kind } = core.device
  return Object.freeze({
    userId,
    created,
    absolute,
    authenticated,
    methods: Object.freeze([...methods]),
    roles: Object.freeze([...roles]),
    identified,
    remember,
    stepUp,
    version,
    device: Object.freeze({ network, userAgent, kind }),
  })
}

/** Undefined for what is no core of this layout. */
export function decodeCore(payload: Uint8Array): CoreRecord | undefined {
  const read = parsed(payload)
  const { u: userId, c: created, x: absolute, a: authenticated, m: methods = [], r: roles = [], v: version } = read
  const { n: network, g: userAgent, d: kind } = read
  if (!isOptional(userId, 'string') || !isOptional(authenticated, 'number')) return undefined
  if (typeof created !== 'number' || typeof absolute !== 'number' || typeof version !== 'number') return undefined
  if (!isTexts(methods) || !isTexts(roles)) return undefined
  if (!isOptional(network, 'string') || !isOptional(userAgent, 'string') || !isKind(kind)) return undefined
  return coreRecord({
    userId,
    created,
    absolute,
    authenticated,
    methods,
    roles,
    identified: read['i'] === true,
    remember: read['p'] === true,
    stepUp: read['s'] === true,
    version,
    device: { network, userAgent, kind },
  })
}

interface Types {
  readonly string: string
  readonly number: number
}

function isOptional<Name extends keyof Types>(value: unknown, name: Name): value is Types[Name] | undefined {
  return value === undefined || typeof value === name
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isKind(value: unknown): value is DeviceRecord['kind'] {
  return typeof value === 'string' && ['desktop', 'mobile', 'tablet', 'bot', 'other'].includes(value)
}

function parsed(payload: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'))
    // Any object can be read so.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
