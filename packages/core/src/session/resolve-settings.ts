import { type Duration, milliseconds } from '../duration.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument, RedstartError } from '../errors.ts'
import { userOfPassport } from './passport-user.ts'
import type { BindingPolicy, ImportSettings, Lifetime, Merge, SessionOptions, SessionSettings } from './settings.ts'

const POLICIES: readonly BindingPolicy[] = ['off', 'log', 'step-up', 'revoke']
/** Every option; `deadline` has the instance's for its default. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['namespace', 'idle', 'absolute', 'remember', 'touchAfter', 'rotateEvery', 'grace', 'onReuse', 'limit'],
  ...['anonymousLimit', 'binding', 'durability', 'notBefore', 'schema', 'version', 'migrate', 'merge', 'conflicts'],
  ...['preLogin', 'identify', 'import', 'unavailable', 'deadline', 'updateTimeout'],
])

/** The options that are objects themselves, with their members. What is none of these would be ignored in silence. */
const PARTS = [
  ['remember', ['idle', 'absolute']],
  ['limit', ['max', 'onExceed']],
  ['binding', ['ip', 'userAgent']],
  ['durability', ['replicas', 'within']],
] as const

/**
 * Checks the options.
 *
 * @param deadline the instance's.
 * @throws RedstartError `INVALID_ARGUMENT` for one that is not allowed or not known.
 */
export function resolveSessions<Data extends object>(options: SessionOptions<Data>, deadline: number): SessionSettings {
  checkObject('sessions', options)
  checkMembers('sessions', options, KNOWN)
  for (const [name, members] of PARTS) {
    const given: unknown = options[name]
    if (given === undefined) continue
    checkObject(`sessions.${name}`, given)
    checkMembers(`sessions.${name}`, given, new Set(members))
  }
  const { remember = {}, binding = {}, identify = userOfPassport } = options
  checkFunction('sessions.identify', identify)
  return {
    namespace: namespaceOf(options.namespace ?? 'session'),
    lifetime: lifetimeOf('sessions', options.idle ?? '30m', options.absolute ?? '24h'),
    remembered: lifetimeOf('sessions.remember', remember.idle ?? '30d', remember.absolute ?? '90d'),
    touchAfter: touchAfterIn(options),
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
    preLogin: namesIn(options.preLogin ?? ['state', 'nonce', 'returnTo']),
    identify,
    import: importIn(options),
    unavailable: word('sessions.unavailable', options.unavailable ?? 'throw', ['throw', 'anonymous']),
    deadline: options.deadline === undefined ? deadline : milliseconds(options.deadline, 'sessions.deadline', 1),
    updateTimeout: milliseconds(options.updateTimeout ?? '30s', 'sessions.updateTimeout', 1),
  }
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

/** A use that is noted too late is as good as none: the session would end though it is used. */
function touchAfterIn<Data extends object>({
  touchAfter,
  idle = '30m',
  remember,
}: SessionOptions<Data>): number | undefined {
  if (touchAfter === undefined) return undefined
  const ms = milliseconds(touchAfter, 'sessions.touchAfter', 0)
  const longest =
    Math.min(
      milliseconds(idle, 'sessions.idle', 1),
      milliseconds(remember?.idle ?? '30d', 'sessions.remember.idle', 1),
    ) / 2
  if (ms > longest) throw invalidArgument('sessions.touchAfter', touchAfter, 'at most half of sessions.idle')
  return ms
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
  checkMembers('sessions.anonymousLimit', limit, new Set(['max', 'window']))
  return {
    limit: count('sessions.anonymousLimit.max', limit.max ?? 30, 1, 1_000_000),
    window: milliseconds(limit.window ?? '1m', 'sessions.anonymousLimit.window', 1000),
  }
}

function importIn<Data extends object>({ import: given }: SessionOptions<Data>): ImportSettings | undefined {
  if (given === undefined) return undefined
  checkObject('sessions.import', given)
  checkMembers('sessions.import', given, new Set(['secret', 'cookie', 'prefix']))
  const { secret, cookie = 'connect.sid', prefix = 'sess:' } = given
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  const texts = secrets.flatMap((one) => (typeof one === 'string' && one !== '' ? [one] : []))
  if (texts.length === 0 || texts.length < secrets.length)
    throw new RedstartError('INVALID_ARGUMENT', "sessions.import.secret is none; expected express-session's, or a list")
  if (typeof cookie !== 'string' || cookie === '')
    throw invalidArgument('sessions.import.cookie', cookie, "the name of express-session's cookie")
  if (typeof prefix !== 'string') throw invalidArgument('sessions.import.prefix', prefix, 'text')
  return { secrets: texts, cookie, prefix }
}

function namesIn(names: readonly string[]): ReadonlySet<string> {
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return new Set(names)
  throw invalidArgument('sessions.preLogin', names, 'a list of names')
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
