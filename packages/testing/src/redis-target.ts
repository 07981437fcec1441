import type { ConnectionOptions } from 'node:tls'
import { RedstartError } from '@redstart/core'

/** Where a Redis listens, and who we are to it. */
export interface RedisTarget {
  readonly host: string
  readonly port: number
  readonly username?: string
  readonly password?: string
  /** What is shown and checked where the connection is encrypted. */
  readonly tls?: ConnectionOptions
}

/**
 * Reads a `redis:` URL.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for anything else; the message does not repeat the URL, which may hold a password.
 */
export function redisTarget(url: string): RedisTarget {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'redis:' || parsed.hostname === '') {
    throw new RedstartError(
      'INVALID_ARGUMENT',
      "The URL of Redis is not one; expected 'redis://[user:password@]host[:port]'",
    )
  }
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(parsed.port || 6379),
    ...(parsed.username !== '' && { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password !== '' && { password: decodeURIComponent(parsed.password) }),
  }
}

/** The same URL with another address: user, password and database stay. */
export function atAddress(url: string, host: string, port: number): string {
  const moved = new URL(url)
  moved.hostname = host
  moved.port = String(port)
  return moved.href
}
