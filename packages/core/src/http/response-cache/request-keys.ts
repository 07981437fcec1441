import { LRUCache } from 'lru-cache'
import { invalidArgument } from '../../errors.ts'
import { silence } from '../../promises.ts'
import { cacheKeys } from '../caching/cache-key.ts'
import { normaliseQuery } from '../caching/query.ts'
import { whyUncacheable } from '../caching/unsafe-target.ts'
import { cookieValues } from '../cookies.ts'
import type { HttpExchange } from '../exchange.ts'
import type { Settings } from './settings.ts'

/** Where the answer to a request would be; or why there is no such place. */
export type Keyed =
  | { readonly type: 'keyed'; readonly path: string }
  | { readonly type: 'bypass'; readonly why: string }

/** What became of a target. */
interface Place {
  /** `site:query`, of all its variants. */
  readonly page: string
  readonly keyed: Keyed
}

/** Targets whose hashes are kept. */
const MOST_KEPT = 5000
/** Longer ones are not: nobody is to fill the memory with them. */
const LONGEST_KEPT = 1024

/**
 * What handlers make links and redirects of, whether or not it came from a proxy that they were told to trust: an answer that
 * somebody has put another host into is that one's alone.
 */
export const OF_PROXIES: readonly string[] = [
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
]

/** What `Forwarded` (RFC 7239) says of the same; who the client is, it says as well, and that is no part of a key. */
const FORWARDED = /(?:host|proto)\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;,\s"]*)/gi

/** With how many there are: whatever they are, they are not taken for what comes behind. */
function pushAll(list: string[], name: string, values: readonly string[]): void {
  list.push(name, String(values.length), ...values)
}

/** Says under which key an answer is kept. */
export class RequestKeys<Context> {
  readonly #settings: Settings<Context>
  readonly #kept = new LRUCache<string, Place>({ max: MOST_KEPT })

  constructor(settings: Settings<Context>) {
    this.#settings = settings
  }

  /**
   * The place of an answer, before `Vary`.
   *
   * @throws RedstartError `INVALID_ARGUMENT` where `user` or `key` gave what is no text, or `user` an empty one, which is
   *   nobody and everybody.
   */
  of(exchange: HttpExchange, context: Context): Keyed {
    const { hosts, user } = this.#settings
    const said = exchange.host?.toLowerCase()
    const host = hosts === undefined ? '' : said
    if (host === undefined || (hosts !== undefined && !hosts.has(host))) return { type: 'bypass', why: 'host' }
    const owner = user === undefined ? undefined : ownerOf(user(context))
    if (user !== undefined && owner === undefined) return { type: 'bypass', why: 'no-user' }
    const custom = this.#custom(exchange, context, said, owner)
    const scheme = exchange.secure ? 'https' : 'http'
    return this.#place(scheme, host, exchange.target, custom).keyed
  }

  /** What all variants of a page have in front of their paths, one for each scheme: `namespace:site:query:`. */
  pagesOf(host: string | undefined, target: string): readonly string[] {
    const { hosts, namespace } = this.#settings
    const name = hosts === undefined ? '' : (host?.toLowerCase() ?? '')
    return (['http', 'https'] as const).map((scheme) => `${namespace}:${this.#place(scheme, name, target, []).page}:`)
  }

  #custom(
    exchange: HttpExchange,
    context: Context,
    host: string | undefined,
    owner: string | undefined,
  ): readonly string[] {
    const { key, cookies, hosts } = this.#settings
    const custom: string[] = hosts === undefined ? ['host', host ?? ''] : []
    const written = exchange.header('host')
    if (written !== undefined && written !== exchange.host && !isProxys(exchange)) custom.push('host-header', written)
    for (const name of OF_PROXIES) {
      const said = exchange.header(name)
      if (said !== undefined) custom.push(name, said)
    }
    const forwarded = exchange.header('forwarded')
    if (forwarded !== undefined) pushAll(custom, 'forwarded', forwarded.match(FORWARDED) ?? [])
    if (owner !== undefined) custom.push('user', owner)
    if (typeof cookies === 'object')
      for (const name of cookies.key) pushAll(custom, name, cookieValues(exchange.header('cookie'), name))
    const own = key?.(context)
    if (own !== undefined) pushAll(custom, 'key', textsOf(own))
    return custom
  }

  #place(scheme: 'http' | 'https', host: string, target: string, custom: readonly string[]): Place {
    let text = `${scheme} ${host} ${target}`
    for (const part of custom) text += `\n${part.length}:${part}`
    const kept = text.length <= LONGEST_KEPT ? this.#kept.get(text) : undefined
    if (kept !== undefined) return kept
    const start = target.indexOf('?')
    const path = start === -1 ? target : target.slice(0, start)
    const query = start === -1 ? '' : normaliseQuery(target.slice(start), this.#settings.query)
    const { page, key } = cacheKeys({ scheme, host, path, query, custom })
    const unsafe = whyUncacheable(target)
    const keyed: Keyed =
      unsafe === undefined
        ? { type: 'keyed', path: `${this.#settings.namespace}:${key}` }
        : { type: 'bypass', why: unsafe }
    const place = { page, keyed }
    if (text.length <= LONGEST_KEPT) this.#kept.set(text, place)
    return place
  }
}

/**
 * The host is a trusted proxy's word for it, whose own `Host` names this process. Otherwise, of a target in the absolute form
 * and in some frameworks, handlers may look at another one in the header.
 */
function isProxys(exchange: HttpExchange): boolean {
  const told = exchange.header('x-forwarded-host')
  return told !== undefined && told.split(',').some((one) => one.trim() === exchange.host)
}

/** Whatever is no text would be the same text for many: of objects and promises, for all. */
function ownerOf(given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given === 'string' && given !== '') return given
  silence(given)
  throw invalidArgument('what user gave', given, 'the id of a user as a text, or undefined for nobody')
}

function textsOf(given: unknown): readonly string[] {
  const texts: unknown = typeof given === 'string' ? [given] : given
  if (Array.isArray(texts) && texts.every((text) => typeof text === 'string')) return texts
  silence(given)
  throw invalidArgument('what key gave', given, 'a text, or a list of texts')
}
