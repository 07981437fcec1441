import type { Duration } from '../duration.ts'
import type { StandardSchemaV1 } from '../standard-schema.ts'
import type { Durability, SessionLimit } from './session-store.ts'

/** How sessions of one namespace are kept. */
export interface SessionOptions<Data extends object = SessionData> {
  /** Second part of every key, and part of what everything is sealed for. @default 'session' */
  readonly namespace?: string
  /** How long a session lives without being used. @default '30m' */
  readonly idle?: Duration
  /** How long it lives at most, however much it is used. @default '24h' */
  readonly absolute?: Duration
  /** The same of sessions whose user wants to be remembered. @default { idle: '30d', absolute: '90d' } */
  readonly remember?: { readonly idle?: Duration; readonly absolute?: Duration }
  /** A use is noted when the last one that was is so long ago, or a tenth of the session's idle time. @default '1m' */
  readonly touchAfter?: Duration
  /** How often a signed-in session gets a new secret; 0 for never. @default '4h' */
  readonly rotateEvery?: Duration
  /** How long the secret before is good for. @default '30s' */
  readonly grace?: Duration
  /** What a secret means that was replaced longer ago: `revoke` ends the session of whoever has the new one as well. @default 'log' */
  readonly onReuse?: 'log' | 'revoke'
  /** How many sessions a user may have, 1 to 1000, and what happens at the next. @default { max: 100, onExceed: 'evict-soonest-to-expire' } */
  readonly limit?: Partial<SessionLimit>
  /** How many anonymous sessions a client address may begin; false for any number. @default { max: 30, window: '1m' } */
  readonly anonymousLimit?: { readonly max?: number; readonly window?: Duration } | false
  /** What happens when a session is used from another network or with another browser. @default { ip: 'log', userAgent: 'log' } */
  readonly binding?: { readonly ip?: BindingPolicy; readonly userAgent?: BindingPolicy }
  /** Replicas that must have a log-in, a log-out and a revocation, as far as they can be waited for: `within` is '100ms' unless it is said. @default none */
  readonly durability?: { readonly replicas: number; readonly within?: Duration }
  /** Sessions that were begun before are refused: set it after a snapshot was restored. @default none */
  readonly notBefore?: Date
  /** What the data must look like. What does not fit is dropped, a field at a time, and told as an event. @default anything */
  readonly schema?: StandardSchemaV1<unknown, Data>
  /** The version of the data. @default 0 */
  readonly version?: number
  /** Makes data of the version before into data of version `n`, by that number. @default none */
  readonly migrate?: Readonly<Record<number, (data: Readonly<Record<string, unknown>>) => Record<string, unknown>>>
  /** Brings a field together that this request and another one have changed. @default the last one wins */
  readonly merge?: { readonly [Field in keyof Data]?: Merge<Data[Field]> }
  /** `strict`: a commit over a field that another request has changed is refused. @default 'merge' */
  readonly conflicts?: 'merge' | 'strict'
  /** Fields of an anonymous session that a log-in leaves behind. @default ['state', 'nonce', 'returnTo'] */
  readonly preLogin?: readonly string[]
  /** Who is signed in, by what a library stored in the data. @default the user of Passport */
  readonly identify?: (data: Readonly<Record<string, unknown>>) => string | number | undefined
  /**
   * Brings over the sessions of express-session with connect-redis, one at a time as their cookies come; Redis alone. Say it
   * once all processes run this: what is brought over is gone for those that do not. @default none
   */
  readonly import?: ImportOptions
  /** What a request gets while the backend is away: an error, or an empty session that stores nothing. @default 'throw' */
  readonly unavailable?: 'throw' | 'anonymous'
  /** How long the backend may take of one operation. @default that of the instance */
  readonly deadline?: Duration
  /** How long the function that `update()` is given may take, all its calls together. @default '30s' */
  readonly updateTimeout?: Duration
}

/** How express-session was set up. */
export interface ImportOptions {
  /** What it signed its cookies with: its `secret`, all of them where there are several. */
  readonly secret: string | readonly string[]
  /** Its `name`. @default 'connect.sid' */
  readonly cookie?: string
  /** The `prefix` of connect-redis. @default 'sess:' */
  readonly prefix?: string
}

/** What is known of the data where no schema says more. */
export type SessionData = Record<string, unknown>

/** `log` tells it as an event; `step-up` lets nothing pass as fresh before the next log-in; `revoke` ends the session. */
export type BindingPolicy = 'off' | 'log' | 'step-up' | 'revoke'

/** @param base the value that both changes were made from; undefined for none. */
export type Merge<Value> = (base: Value | undefined, mine: Value, theirs: Value) => Value

/** The options with their defaults, in ms. */
export interface SessionSettings {
  readonly namespace: string
  readonly lifetime: Lifetime
  readonly remembered: Lifetime
  readonly touchAfter: number | undefined
  readonly rotateEvery: number
  readonly grace: number
  readonly onReuse: 'log' | 'revoke'
  readonly limit: SessionLimit
  readonly anonymousLimit: { readonly limit: number; readonly window: number } | undefined
  readonly binding: { readonly ip: BindingPolicy; readonly userAgent: BindingPolicy }
  readonly durability: Durability | undefined
  readonly notBefore: number
  readonly schema: StandardSchemaV1 | undefined
  readonly version: number
  readonly migrate: NonNullable<SessionOptions['migrate']>
  readonly merge: ReadonlyMap<string, Merge<unknown>>
  readonly strict: boolean
  readonly preLogin: ReadonlySet<string>
  readonly identify: NonNullable<SessionOptions['identify']>
  readonly import: ImportSettings | undefined
  readonly unavailable: 'throw' | 'anonymous'
  readonly deadline: number
  readonly updateTimeout: number
}

export interface ImportSettings {
  readonly secrets: readonly string[]
  readonly cookie: string
  readonly prefix: string
}

export interface Lifetime {
  readonly idle: number
  readonly absolute: number
}

/** How often a use is noted; more often where the idle time of a session is short, see `LoadRequest`. */
export function touchAfterOf({ touchAfter }: SessionSettings): number {
  return touchAfter ?? 60_000
}
