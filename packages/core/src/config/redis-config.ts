import { isIPv6 } from 'node:net'
import { duration, fields, flag, isRecord, secretText, text, whole } from './checks.ts'
import type { RedisConfig } from './config.ts'
import { type Check, type Finding, wrong, wrongSecret } from './problem.ts'

/** What a Redis URL may be, in words. */
export const REDIS_URL_FORMS =
  'redis://[user:password@]host[:port][/db], redis+sentinel://[user:password@]host[:port],.../master[/db] or redis+cluster://[user:password@]host[:port],..., or the same with rediss for TLS, with special characters of user and password percent-encoded'

/** What a host may be, in words. */
export const REDIS_HOST_FORM = 'the name or address of one host, without its port'

const NAME = /^[^\s:/@?#[\]]+$/

const url: Check = (value, path) =>
  typeof value === 'string' && readRedisUrl(value) !== undefined ? [] : [wrongSecret(path, REDIS_URL_FORMS)]

const host: Check = (value, path) =>
  typeof value === 'string' && (NAME.test(value) || isIPv6(value)) ? [] : [wrong(path, value, REDIS_HOST_FORM)]

/** What each option of Redis may be. */
export const REDIS_FIELDS: Readonly<Record<keyof RedisConfig, Check>> = {
  url,
  host,
  port: whole(1, 65_535),
  username: text,
  password: secretText,
  db: whole(0, 99_999),
  tls: flag,
  poolSize: whole(1, 64),
  connectTimeout: duration(1),
  markers: whole(1),
  connectionName: text,
}

const each = fields(REDIS_FIELDS)

/** Checks where Redis is. */
export const redisConfig: Check = (value, path) => {
  const findings = each(value, path)
  return findings.length > 0 || !isRecord(value) ? findings : conflicts(value, path)
}

function conflicts(
  { url: address, host: ownHost, port, db, tls }: Readonly<Record<string, unknown>>,
  path: string,
): Finding[] {
  const target = typeof address === 'string' ? readRedisUrl(address) : undefined
  if (target === undefined) return []
  const found = (name: string, problem: string): Finding => ({ path: `${path}.${name}`, problem, conflict: true })
  const placed =
    target.kind === 'single' ? undefined : `goes with one server, and the URL is of a ${target.kind}: leave it out`
  return [
    ...(ownHost !== undefined && placed !== undefined ? [found('host', placed)] : []),
    ...(port !== undefined && placed !== undefined ? [found('port', placed)] : []),
    ...(target.kind === 'cluster' && db !== undefined && db !== 0
      ? [found('db', 'is not 0, which is the only database of a Cluster: leave it out')]
      : []),
    // It would quietly take the encryption away.
    ...(target.secure && tls === false
      ? [found('tls', 'turns TLS off, and the URL begins with rediss, which turns it on: change one of them')]
      : []),
  ]
}

/** What kind of place a URL that `redis()` takes means; undefined for one that it refuses. */
export function readRedisUrl(
  address: string,
): { readonly kind: 'single' | 'sentinel' | 'cluster'; readonly secure: boolean } | undefined {
  const match = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/([^/?#]*)(.*)$/is.exec(address)
  if (match === null) return undefined
  const [, s = '', form = 'single', authority = '', path = ''] = match
  const kind = form.toLowerCase() as 'single' | 'sentinel' | 'cluster' // as matched
  const master = kind === 'sentinel' ? /^\/([^/?#]+)(.*)$/s.exec(path) : ['', '', path]
  if (master === null || !isDecodable(master[1] ?? '')) return undefined
  const at = authority.lastIndexOf('@') + 1
  const signIn = authority.slice(0, at)
  const hosts = kind === 'single' ? [authority.slice(at)] : authority.slice(at).split(',')
  if (kind !== 'single' && hosts.includes('')) return undefined
  const tail = master[2] ?? ''
  if (!hosts.every((part) => isServerUrl(`redis://${signIn}${part}${tail}`))) return undefined
  if (kind === 'cluster' && !/^\/?0*(?:\?|$)/.test(tail)) return undefined
  return { kind, secure: s !== '' }
}

function isServerUrl(address: string): boolean {
  if (!URL.canParse(address) || address.includes('#')) return false
  const { pathname, hostname, username, password, searchParams } = new URL(address)
  const [first] = searchParams
  const parameters = first === undefined || (first[0] === 'family' && ['0', '4', '6'].includes(first[1]))
  return parameters && /^\/?\d{0,5}$/.test(pathname) && [hostname, username, password].every(isDecodable)
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}
