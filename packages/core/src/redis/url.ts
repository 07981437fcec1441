import type { RedisOptions } from 'ioredis'
import { RedstartError } from '../errors.ts'

/**
 * Connection options of a Redis URL, `redis[s]://[user[:password]@]host[:port][/db][?family=4]`.
 *
 * @throws RedstartError `INVALID_ARGUMENT`; the message quotes nothing of the URL, because any part of one that is
 *   mistyped may be a piece of the password.
 */
export function parseRedisUrl(text: string): RedisOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'redis:' && url.protocol !== 'rediss:'))
    throw wrong('is not a redis: or rediss: URL')
  if (url.hash !== '' || text.includes('#')) throw wrong("contains '#'")
  const db = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1]
  if (db === undefined) throw wrong('has a path that is not the number of a database')
  return {
    host: decoded(url.hostname).replace(/^\[(.*)\]$/, '$1') || '127.0.0.1',
    port: Number(url.port || 6379),
    db: Number(db),
    ...(url.username && { username: decoded(url.username) }),
    ...(url.password && { password: decoded(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
    ...familyOf(url.searchParams),
  }
}

/** Some hosts hand out URLs with `?family=0`; any other parameter would be silently without effect. */
function familyOf(parameters: URLSearchParams): { readonly family?: number } {
  for (const [name, value] of parameters) {
    if (name !== 'family' || !['0', '4', '6'].includes(value))
      throw wrong('has a parameter other than family=0, 4 or 6')
    return { family: Number(value) }
  }
  return {}
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw wrong("contains a '%' that is not followed by two hexadecimal digits")
  }
}

function wrong(what: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `The Redis URL ${what}; expected redis://[user:password@]host[:port][/db], or rediss: for TLS, with special characters of user and password percent-encoded (encodeURIComponent)`,
  )
}
