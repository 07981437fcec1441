import { checkFunction, checkMembers, checkObject, RedstartError } from '../errors.ts'
import { membersOf } from '../members.ts'
import { type BreakerSettings, breakerOf } from '../redis/breaker-options.ts'
import { markersOf } from '../redis/whole.ts'
import type { HttpFetch, RedisHttpOptions } from './options.ts'

/** The options, checked and with their defaults. */
export interface HttpSettings {
  /** Without a `/` at its end. */
  readonly url: string
  readonly token: string
  /** Undefined for the platform's. */
  readonly fetch: HttpFetch | undefined
  readonly markers: number
  readonly breaker: BreakerSettings
}

/** @throws RedstartError `INVALID_ARGUMENT`; no message quotes anything of URL or token. */
export function httpSettingsOf(options: RedisHttpOptions): HttpSettings {
  checkObject('the options of redisHttp', options)
  checkMembers('the options of redisHttp', options, MEMBERS)
  const { fetch } = options
  if (fetch !== undefined) checkFunction('redisHttp: fetch', fetch)
  return {
    url: urlOf(options.url),
    token: tokenOf(options.token),
    fetch,
    markers: markersOf(options.markers, 'redisHttp'),
    breaker: breakerOf(options.breaker, 'redisHttp'),
  }
}

const MEMBERS = membersOf<RedisHttpOptions>({ url: true, token: true, fetch: true, markers: true, breaker: true })

function urlOf(text: unknown): string {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  const known = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url === undefined || !known) throw wrongUrl('is not one of https: or http:')
  if (url.username !== '' || url.password !== '') throw wrongUrl('names a user or a password')
  if (url.search !== '' || url.hash !== '') throw wrongUrl("contains '?' or '#'")
  return url.href.replace(/\/+$/, '')
}

function wrongUrl(what: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `redisHttp: the url ${what}; expected that of a REST API, such as https://eu1-name-12345.upstash.io, and the token as the option token`,
  )
}

function tokenOf(token: unknown): string {
  // Anything else would be refused later by fetch, whose message would quote it.
  if (typeof token === 'string' && /^[!-~]+$/.test(token)) return token
  throw new RedstartError(
    'INVALID_ARGUMENT',
    'redisHttp: token is missing, or has spaces or other characters that no header may have; expected the token of the REST API',
  )
}
