import { ByteEntries, engineOf } from '../../cache/byte-entries.ts'
import type { Cache } from '../../cache/cache.ts'
import type { Engine } from '../../cache/engine.ts'
import type { Reached } from '../../cache/targets.ts'
import { checkMembers, checkObject, invalidArgument, RedstartError } from '../../errors.ts'
import { membersOf } from '../../members.ts'
import type { PolicyUse } from '../policy-use.ts'
import { Admissions } from './admissions.ts'
import type { Run } from './filling.ts'
import type { CacheResponseOptions } from './options.ts'
import type { Dropped } from './parts.ts'
import { RequestKeys } from './request-keys.ts'
import { ResponseCache } from './response-cache.ts'
import { resolveSettings } from './settings.ts'
import { UnkeyedNotes } from './unkeyed-notes.ts'

/** What `cacheResponse(...)` of an adapter is given. */
export type CacheSource = Cache | { readonly cache: Cache }

/**
 * Answers requests from the cache, and stores answers in it: a middleware of an adapter in front of the handlers whose
 * answers it is for. Nothing that a session was used for, that sets a cookie or says `private` or `no-store` is ever stored,
 * but for one user alone.
 *
 * @param from an instance, or its `cache`.
 * @param others names of options that the adapter has for itself.
 * @returns what `runPolicies` of an adapter takes.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function cacheResponses<Context extends object>(
  from: CacheSource,
  options: CacheResponseOptions<Context> = {},
  others: readonly string[] = [],
): PolicyUse<Context> {
  const engine = engineFrom(from)
  const settings = resolveSettings(options, others)
  const { entries, admissions, fillings } = sharedOf(engine, settings.namespace)
  const keys = new RequestKeys(settings)
  const cache = new ResponseCache<Context>({
    ...{ entries, keys, settings, admissions, fillings },
    unkeyed: new UnkeyedNotes((event) => engine.telemetry.emit(event)),
    drop: (dropped) => drop(engine, dropped),
  })
  return { decide: (exchange, context) => cache.decide(exchange, context) }
}

/** Pages as they are asked for. */
export interface PurgePagesOptions extends Pick<CacheResponseOptions<never>, 'hosts' | 'query' | 'namespace'> {
  /** The host that they are of, one of `hosts`, where `cacheResponse` was given these. @default pages of all hosts are dropped */
  readonly host?: string
}

/**
 * Drops pages by their URLs, all variants of them, of all users: `purgePages(redstart, ['/menu?day=1'])`.
 *
 * @param targets paths with their queries, escaped as clients send them.
 * @param options as `cacheResponse` was given them.
 * @throws RedstartError `INVALID_ARGUMENT` for what is no path, or no option.
 */
export async function purgePages(
  from: CacheSource,
  targets: readonly string[],
  options: PurgePagesOptions = {},
): Promise<Reached> {
  const engine = engineFrom(from)
  checkObject('the options of purgePages', options)
  checkMembers('the options of purgePages', options, PURGE_MEMBERS)
  const { host, ...others } = options
  const settings = resolveSettings<never>(others, [])
  if (settings.hosts !== undefined && (host === undefined || !settings.hosts.has(host.toLowerCase())))
    throw invalidArgument('host', host, 'one of hosts, whose pages they are')
  const keys = new RequestKeys(settings)
  checkTargets(targets)
  const prefixes = targets.flatMap((target) => keys.pagesOf(host, target))
  return await drop(engine, { host, targets, prefixes, tags: [] })
}

const PURGE_MEMBERS: ReadonlySet<string> = membersOf<PurgePagesOptions>({
  ...{ host: true, hosts: true, query: true, namespace: true },
})

/** What no client sends drops nothing, and would do so in silence. */
function checkTargets(targets: unknown): asserts targets is readonly string[] {
  if (!Array.isArray(targets) || targets.length === 0)
    throw invalidArgument('what purgePages() was given', targets, "a list of paths, such as ['/menu']")
  for (const target of targets as readonly unknown[])
    if (typeof target !== 'string' || !AS_SENT.test(target))
      throw invalidArgument('a path of purgePages()', target, 'a path that begins with /, escaped as clients send it')
}

/** Browsers and libraries escape all others, and keep fragments to themselves. */
const AS_SENT = /^\/[!-"$-~]*$/

async function drop({ invalidator, telemetry }: Engine, { host, targets, prefixes, tags }: Dropped): Promise<Reached> {
  const reached = await invalidator.invalidate({ prefixes, tags })
  if (targets.length > 0) telemetry.emit({ type: 'http.pages-dropped', host, targets })
  return reached
}

/** @throws RedstartError `INVALID_ARGUMENT` for what is neither an instance nor a cache. */
export function engineFrom(from: CacheSource): Engine {
  if (typeof from === 'object' && from !== null) {
    const engine = engineOf('cache' in from ? from.cache : from)
    if (engine !== undefined) return engine
  }
  throw new RedstartError('INVALID_ARGUMENT', 'cacheResponse() takes what createRedstart() returns, or its cache')
}

/** What all response caches over one namespace of one instance have in common. */
interface Shared {
  readonly entries: ByteEntries
  readonly admissions: Admissions
  readonly fillings: WeakMap<object, Run>
}

const shared = new WeakMap<Engine, Map<string, Shared>>()

function sharedOf(engine: Engine, namespace: string): Shared {
  const known = shared.get(engine) ?? new Map<string, Shared>()
  shared.set(engine, known)
  const there = known.get(namespace)
  if (there !== undefined) return there
  const entries = new ByteEntries(engine, namespace)
  const { loadTimeout } = engine.namespaces.get(namespace).settings
  const made: Shared = { entries, admissions: new Admissions(entries, loadTimeout), fillings: new WeakMap() }
  known.set(namespace, made)
  return made
}
