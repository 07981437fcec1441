import { type Duration, milliseconds } from '../../duration.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument } from '../../errors.ts'
import { checkNamespace, checkTag } from '../../keys.ts'
import { MOST_TAGS } from '../../cache/refusal.ts'
import { isThenable, silence } from '../../promises.ts'
import { membersOf } from '../../members.ts'
import { acceptLanguage, type Normalisers } from '../caching/vary.ts'
import type { CacheResponseOptions } from './options.ts'

/** The options of a response cache, resolved. Durations are milliseconds. */
export interface Settings<Context> {
  readonly mode: 'explicit' | 'ttl' | 'rfc'
  readonly ttl: number | undefined
  readonly stale: number
  readonly staleIfError: number
  readonly statuses: ReadonlyMap<number, number>
  readonly tags: (context: Context) => readonly string[]
  readonly key: ((context: Context) => string | readonly string[]) | undefined
  readonly user: CacheResponseOptions<Context>['user']
  readonly skip: CacheResponseOptions<Context>['skip']
  readonly query: { readonly include?: readonly string[]; readonly ignore?: readonly string[]; readonly sort: boolean }
  readonly hosts: ReadonlySet<string> | undefined
  readonly cookies: 'known' | 'bypass' | 'ignore' | { readonly key: readonly string[] }
  readonly authorized: 'never' | 'rfc'
  readonly normalisers: Normalisers
  readonly stripSetCookie: boolean
  readonly targets: readonly string[]
  readonly browser: number | undefined
  readonly tagHeaders: readonly ('cache-tag' | 'surrogate-key' | 'cache-groups')[]
  readonly maxBodyBytes: number
  readonly coalesce: boolean
  readonly audit: 'off' | 'warn' | 'strict' | 'vary'
  readonly keep: number
  readonly cacheStatus: string | undefined
  readonly namespace: string
}

/**
 * Checks options.
 *
 * @param others names of options that the adapter has for itself.
 * @throws RedstartError `INVALID_ARGUMENT` for one that is not allowed.
 */
export function resolveSettings<Context>(
  options: CacheResponseOptions<Context>,
  others: readonly string[],
): Settings<Context> {
  checkObject('the options of cacheResponse', options)
  checkMembers('the options of cacheResponse', options, new Set([...MEMBERS, ...others]))
  const { ttl, mode = ttl === undefined ? 'explicit' : 'ttl' } = options
  oneOf('mode', mode, ['explicit', 'ttl', 'rfc'])
  if ((mode === 'ttl') !== (ttl !== undefined))
    throw invalidArgument(
      'mode',
      mode,
      ttl === undefined ? "a ttl, such as '1m', beside it" : "'ttl' where there is a ttl",
    )
  const rfc = mode === 'rfc'
  for (const name of ['key', 'user', 'skip'] as const)
    if (options[name] !== undefined) checkFunction(name, options[name])
  return {
    mode,
    ttl: optional('ttl', ttl, 1),
    stale: optional('stale', options.stale) ?? 0,
    staleIfError: optional('staleIfError', options.staleIfError) ?? 0,
    statuses: statusesOf(options.statuses),
    tags: tagsOf(options.tags),
    key: options.key,
    user: options.user,
    skip: skipOf(options.skip),
    query: queryOf(options.query),
    hosts: options.hosts === undefined ? undefined : hostsOf(options.hosts),
    cookies: cookiesOf(options.cookies ?? (rfc ? 'ignore' : 'known')),
    authorized: oneOf('authorized', options.authorized ?? (rfc ? 'rfc' : 'never'), ['never', 'rfc']),
    normalisers:
      options.languages === undefined
        ? {}
        : { 'accept-language': acceptLanguage(words('languages', options.languages)) },
    stripSetCookie: flag('stripSetCookie', options.stripSetCookie) ?? false,
    targets: words('targets', options.targets ?? TARGETS).map((name) => name.toLowerCase()),
    browser: optional('browser', options.browser),
    tagHeaders: tagHeadersOf(options.tagHeaders),
    maxBodyBytes: bytesOf(options.maxBodyBytes ?? 1024 * 1024),
    coalesce: flag('coalesce', options.coalesce) ?? !rfc,
    audit: oneOf('audit', options.audit ?? 'off', ['off', 'warn', 'strict', 'vary']),
    keep: optional('revalidate', options.revalidate) ?? (rfc ? 3_600_000 : 0),
    cacheStatus: nameOf(options.cacheStatus),
    namespace: checkNamespace(options.namespace ?? 'http'),
  }
}

const MEMBERS: ReadonlySet<string> = membersOf<CacheResponseOptions<never>>({
  ...{ mode: true, ttl: true, stale: true, staleIfError: true, statuses: true, tags: true, key: true, user: true },
  ...{ skip: true, query: true, hosts: true, cookies: true, authorized: true, languages: true, stripSetCookie: true },
  ...{ targets: true, browser: true, tagHeaders: true, maxBodyBytes: true, coalesce: true, revalidate: true },
  ...{ cacheStatus: true, namespace: true, audit: true },
})
const TARGETS = ['Redstart-Cache-Control', 'CDN-Cache-Control']
const TAG_HEADERS = ['cache-tag', 'surrogate-key', 'cache-groups'] as const
const MOST_BODY_BYTES = 64 * 1024 * 1024

function optional(what: string, value: Duration | undefined, least = 0): number | undefined {
  return value === undefined ? undefined : milliseconds(value, what, least)
}

function flag(what: string, value: boolean | undefined): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw invalidArgument(what, value, 'true or false')
}

function oneOf<Word extends string>(what: string, value: Word, allowed: readonly Word[]): Word {
  if (allowed.includes(value)) return value
  throw invalidArgument(what, value, allowed.map((word) => `'${word}'`).join(', '))
}

function words(what: string, value: readonly string[]): readonly string[] {
  const given: unknown = value
  if (Array.isArray(given) && given.length > 0 && given.every((word) => typeof word === 'string' && word !== ''))
    return value
  throw invalidArgument(what, value, 'a list of texts')
}

function statusesOf(statuses: Readonly<Record<number, Duration>> = {}): ReadonlyMap<number, number> {
  checkObject('statuses', statuses)
  return new Map(
    Object.entries(statuses).map(([status, duration]) => {
      if (!/^[2-5]\d\d$/.test(status)) throw invalidArgument('statuses', status, 'statuses of 200 to 599')
      return [Number(status), milliseconds(duration, `statuses.${status}`, 1)]
    }),
  )
}

function tagsOf<Context>(tags: CacheResponseOptions<Context>['tags'] = []): (context: Context) => readonly string[] {
  if (typeof tags === 'function') return (context) => checkedTags('what tags gave', tags(context), 'a list of tags')
  const checked = checkedTags('tags', tags, 'a list of tags, or a function that gives one')
  if (new Set(checked).size > MOST_TAGS) throw invalidArgument('tags', tags, `at most ${MOST_TAGS}: use coarser ones`)
  return () => checked
}

/** A text is no list: each of its characters would be a tag, and what it says dropped nothing. */
function checkedTags(what: string, tags: readonly string[], expected: string): readonly string[] {
  const given: unknown = tags
  if (!Array.isArray(given)) {
    silence(given)
    throw invalidArgument(what, given, expected)
  }
  return given.map((tag) => checkTag(tag))
}

/** Of an async function nobody waits for the answer: what was to pass by would not. */
function skipOf<Context>(skip: CacheResponseOptions<Context>['skip']): CacheResponseOptions<Context>['skip'] {
  return (
    skip &&
    ((context) => {
      const given: unknown = skip(context)
      if (!isThenable(given)) return Boolean(given)
      silence(given)
      throw invalidArgument('what skip gave', given, 'true or false, at once')
    })
  )
}

/** As clients write them: with a scheme or a path in it, it is the host of no request, and nothing would be cached. */
function hostsOf(hosts: readonly string[]): ReadonlySet<string> {
  const strange = words('hosts', hosts).find((host) => !HOST.test(host))
  if (strange !== undefined)
    throw invalidArgument(
      'a member of hosts',
      strange,
      "a host as clients write it, such as 'shop.example' or 'localhost:3000'",
    )
  return new Set(hosts.map((host) => host.toLowerCase()))
}

/** No scheme, user, path or query. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[^\s/?#@:,[\]\\]+)(?::\d+)?$/i

function tagHeadersOf(kinds: CacheResponseOptions<never>['tagHeaders'] = []): Settings<never>['tagHeaders'] {
  if (!Array.isArray(kinds)) throw invalidArgument('tagHeaders', kinds, "a list, such as ['cache-tag']")
  return kinds.map((kind: (typeof TAG_HEADERS)[number]) => oneOf('tagHeaders', kind, TAG_HEADERS))
}

function queryOf(query: CacheResponseOptions<never>['query'] = {}): Settings<never>['query'] {
  checkObject('query', query)
  checkMembers('query', query, new Set(['include', 'ignore', 'sort']))
  const { include, ignore, sort } = query
  return {
    ...(include !== undefined && { include: words('query.include', include) }),
    ...(ignore !== undefined && { ignore: words('query.ignore', ignore) }),
    sort: flag('query.sort', sort) ?? true,
  }
}

function cookiesOf(cookies: NonNullable<CacheResponseOptions<never>['cookies']>): Settings<never>['cookies'] {
  if (typeof cookies === 'string')
    return oneOf<'known' | 'bypass' | 'ignore'>('cookies', cookies, ['known', 'bypass', 'ignore'])
  checkObject('cookies', cookies)
  checkMembers('cookies', cookies, new Set(['key']))
  return { key: words('cookies.key', cookies.key) }
}

function bytesOf(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= 0 && bytes <= MOST_BODY_BYTES) return bytes
  throw invalidArgument('maxBodyBytes', bytes, `a whole number of 0 to ${MOST_BODY_BYTES}`)
}

function nameOf(name: string | false = 'Redstart'): string | undefined {
  if (name === false) return undefined
  if (typeof name === 'string' && /^[\x20-\x7e]{1,64}$/.test(name)) return name
  throw invalidArgument('cacheStatus', name, 'a name of 1 to 64 characters of ASCII, or false')
}
