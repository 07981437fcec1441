import type { RedisServer } from '../start-redis.ts'

/** What a proxy says that ended TLS. */
export const HTTPS = { 'x-forwarded-proto': 'https' } as const

/** The parts of the value of a session's cookie. */
export interface CookieParts {
  /** `a1` of a visitor, `u1` of a user. */
  readonly kind: string
  /** Stands for a user; a visitor's has none. */
  readonly tag: string | undefined
  /** Names the session, as the key of its record does. */
  readonly sid: string
  readonly secret: string
  /** What proves the rest ours. */
  readonly mac: string
}

export function partsOf(value: string | undefined): CookieParts {
  const [, kind, tag, sid, secret, mac] = PATTERN.exec(value ?? '') ?? []
  if (!kind || !sid || !secret || !mac) throw new Error(`No cookie of a session: ${String(value)}`)
  return { kind, tag, sid, secret, mac }
}

const PATTERN = /^([au]1)(?:\.([\w-]+))?\.([\w-]{16})\.([\w-]{43})\.([\w-]+)$/

/** The key of the record that a cookie names. */
export async function recordOf(server: RedisServer, value: string | undefined): Promise<string> {
  const keys = await server.command('KEYS', `*:s:${partsOf(value).sid}`)
  if (!Array.isArray(keys) || keys.length !== 1) throw new Error(`There are ${String(keys)} of this session`)
  return String(keys[0])
}
