import { type Duration, milliseconds } from '../duration.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument } from '../errors.ts'
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
  /** A use is noted when the last one that was is so long ago. @default a tenth of `idle`, at most '1m' */
  readonly touchAfter?: Duration
  /** How often a signed-in session gets a new secret; 0 for never. @default '4h' */
  readonly rotateEvery?: Duration
  /** How long the secret before is good for. @default '30s' */
  readonly grace?: Duration
  /** What a secret means that was replaced longer ago: `revoke` ends the session of whoever has the new one as well. @default 'log' */
  readonly onReuse?: 'log' | 'revoke'
  /** How many sessions a user may have, and what happens at the next. @default { max: 100, onExceed: 'evict-soonest-to-expire' } */
  readonly limit?: Partial<SessionLimit>
  /** How many anonymous sessions a client address may begin; false for any number. @default { max: 30, window: '1m' } */
  readonly anonymousLimit?: { readonly max?: number; readonly window?: Duration } | false
  /** What happens when a session is used from another network or with another browser. @default { ip: 'log', userAgent: 'log' } */
  readonly binding?: { readonly ip?: BindingPolicy; readonly userAgent?: BindingPolicy }
  /** Replicas that must have a log-in, a log-out and a revocation, as far as they can be waited for. @default none */
  readonly durability?: { readonly replicas: number; readonly within?: Duration }
  /** Sessions that were begun before are refused: set it after a snapshot was restored. @default none */
  readonly notBefore?: Date
  /** What the data must look like. What does not fit is dropped, a field at a time, and told as an event. @default anything */
  readonly schema?: StandardSchemaV1<unknown, Data>
  /** The version of the data. @default 0 */
  readonly version?: number
  /** Makes data of the version before into data of version `n`, by that number. */
  readonly migrate?: Readonly<Record<number, (data: Readonly<Record<string, unknown>>) => Record<string, unknown>>>
  /** Brings a field together that this request and another one have changed. @default the last one wins */
  readonly merge?: { readonly [Field in keyof Data]?: Merge<Data[Field]> }
  /** `strict`: a commit over a field that another request has changed is refused. @default 'merge' */
  readonly conflicts?: 'merge' | 'strict'
  /** Fields of an anonymous session that a log-in leaves behind. @default ['state', 'nonce', 'returnTo'] */
  readonly preLogin?: readonly string[]
  /** Who is signed in, by what a library stored in the data. @default the user of Passport */
  readonly identify?: (data: Readonly<Record<string, unknown>>) => string | number | undefined
  /** What a request gets while the backend is away: an error, or an empty session that stores nothing. @default 'throw' */
  readonly unavailable?: 'throw' | 'anonymous'
  /** How long the backend may take of one operation. @default that of the instance */
  readonly deadline?: Duration
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
  readonly unavailable: 'throw' | 'anonymous'
  readonly deadline: number
}

export interface Lifetime {
  readonly idle: number
  readonly absolute: number
}

const POLICIES: readonly BindingPolicy[] = ['off', 'log', 'step-up', 'revoke']
/** Every option; `deadline` has the instance's for its default. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['namespace', 'idle', 'absolute', 'remember', 'touchAfter', 'rotateEvery', 'grace', 'onReuse', 'limit'],
  ...['anonymousLimit', 'binding', 'durability', 'notBefore', 'schema', 'version', 'migrate', 'merge', 'conflicts'],
  ...['preLogin', 'identify', 'unavailable', 'deadline'],
])

/**
 * Checks the options.
 *
 * @param deadline the instance's.
 * @throws RedstartError `INVALID_ARGUMENT` for one that is not allowed or not known.
 */
export function resolveSessions<Data extends object>(options: SessionOptions<Data>, deadline: number): SessionSettings {
  checkObject('sessions', options)
  checkMembers('sessions', options, KNOWN)
  const { remember = {}, binding = {}, identify = userOfPassport } = options
  checkFunction('sessions.identify', identify)
  return {
    namespace: namespaceOf(options.namespace ?? 'session'),
    lifetime: lifetimeOf('sessions', options.idle ?? '30m', options.absolute ?? '24h'),
    remembered: lifetimeOf('sessions.remember', remember.idle ?? '30d', remember.absolute ?? '90d'),
    touchAfter:
      options.touchAfter === undefined ? undefined : milliseconds(options.touchAfter, 'sessions.touchAfter', 0),
    rotateEvery: milliseconds(options.rotateEvery ?? '4h', 'sessions.rotateEvery', 0),
    grace: milliseconds(options.grace ?? '30s', 'sessions.grace', 0),
    onReuse: word('sessions.onReuse', options.onReuse ?? 'log', ['log', 'revoke']),
    limit: {
      max: count('sessions.limit.max', options.limit?.max ?? 100, 1, 1000),
      onExceed: word('sessions.limit.onExceed', options.limit?.onExceed ?? 'evict-soonest-to-expire', [
        'evict-soonest-to-expire',
        'reject',
      ]),
    },
    anonymousLimit: anonymousLimitOf(options.anonymousLimit ?? {}),
    binding: {
      ip: word('sessions.binding.ip', binding.ip ?? 'log', POLICIES),
      userAgent: word('sessions.binding.userAgent', binding.userAgent ?? 'log', POLICIES),
    },
    durability: options.durability && {
      replicas: count('sessions.durability.replicas', options.durability.replicas, 1, 100),
      within: milliseconds(options.durability.within ?? '100ms', 'sessions.durability.within', 1),
    },
    notBefore: instantOf(options.notBefore),
    ...dataOptions(options),
    strict: word('sessions.conflicts', options.conflicts ?? 'merge', ['merge', 'strict']) === 'strict',
    preLogin: new Set(options.preLogin ?? ['state', 'nonce', 'returnTo']),
    identify,
    unavailable: word('sessions.unavailable', options.unavailable ?? 'throw', ['throw', 'anonymous']),
    deadline: options.deadline === undefined ? deadline : milliseconds(options.deadline, 'sessions.deadline', 1),
  }
}

/** How often a use is noted of a session with this idle time. */
export function touchAfterOf({ touchAfter }: SessionSettings, idle: number): number {
  return touchAfter ?? Math.min(idle / 10, 60_000)
}

function dataOptions<Data extends object>({
  schema,
  version = 0,
  migrate = {},
  merge = {},
}: SessionOptions<Data>): Pick<SessionSettings, 'schema' | 'version' | 'migrate' | 'merge'> {
  if (schema !== undefined) {
    checkObject('sessions.schema', schema)
    checkFunction('validate of sessions.schema', schema['~standard']?.validate)
  }
  checkObject('sessions.migrate', migrate)
  checkObject('sessions.merge', merge)
  const merges = Object.entries(merge).map(([field, own]): [string, Merge<unknown>] => {
    checkFunction(`sessions.merge.${field}`, own)
    // It is given values of its own field, whose type the option names.
    return [field, own as Merge<unknown>]
  })
  for (const [step, own] of Object.entries(migrate)) checkFunction(`sessions.migrate[${step}]`, own)
  return {
    schema,
    version: count('sessions.version', version, 0, 1_000_000),
    migrate,
    merge: new Map(merges),
  }
}

/** Where passport keeps it. */
function userOfPassport(data: Readonly<Record<string, unknown>>): string | number | undefined {
  const passport = data['passport']
  if (typeof passport !== 'object' || passport === null || !('user' in passport)) return undefined
  const { user } = passport
  return typeof user === 'string' || typeof user === 'number' ? user : undefined
}

function namespaceOf(namespace: string): string {
  if (typeof namespace === 'string' && /^[\w.-]{1,64}$/.test(namespace)) return namespace
  throw invalidArgument('sessions.namespace', namespace, '1 to 64 of A-Z a-z 0-9 . _ -')
}

function lifetimeOf(what: string, idle: Duration, absolute: Duration): Lifetime {
  const lifetime = {
    idle: milliseconds(idle, `${what}.idle`, 1),
    absolute: milliseconds(absolute, `${what}.absolute`, 1),
  }
  if (lifetime.idle > lifetime.absolute)
    throw invalidArgument(`${what}.idle`, idle, `at most ${what}.absolute, ${String(absolute)}`)
  return lifetime
}

function anonymousLimitOf(limit: NonNullable<SessionOptions['anonymousLimit']>): SessionSettings['anonymousLimit'] {
  if (limit === false) return undefined
  checkObject('sessions.anonymousLimit', limit)
  return {
    limit: count('sessions.anonymousLimit.max', limit.max ?? 30, 1, 1_000_000),
    window: milliseconds(limit.window ?? '1m', 'sessions.anonymousLimit.window', 1000),
  }
}

function instantOf(date: Date | undefined): number {
  if (date === undefined) return -Infinity
  const instant = date instanceof Date ? date.getTime() : Number.NaN
  if (!Number.isFinite(instant)) throw invalidArgument('sessions.notBefore', date, 'a Date')
  return instant
}

function count(what: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw invalidArgument(what, value, `a whole number of ${least} to ${most}`)
}

function word<Word extends string>(what: string, value: Word, words: readonly Word[]): Word {
  if (words.includes(value)) return value
  throw invalidArgument(what, value, `one of ${words.join(', ')}`)
}
