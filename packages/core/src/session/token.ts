import { createHash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Keyring, MasterKey } from './keyring.ts'
import type { Presented, SessionAddress } from './session-store.ts'

/** What a cookie says, and the key that its MAC was made with. */
export interface Token {
  readonly address: SessionAddress
  readonly secret: string
  readonly key: MasterKey
}

/** The cookie's value: 76 characters for an anonymous session, 93 for a signed-in user's, none of which needs escaping. */
export function formatToken({ address, secret, key }: Token): string {
  const text = textOf(address, secret)
  return `${text}.${key.mac(text)}`
}

/**
 * What is read from a cookie's value. `malformed` is none of ours; `forged` looks like one, and no key has made its MAC.
 */
export type ParsedToken = { readonly kind: 'token'; readonly token: Token } | { readonly kind: 'malformed' | 'forged' }

/** Reads a cookie's value; asks nobody. */
export function parseToken(value: string, keyring: Keyring): ParsedToken {
  // The length first: a pattern is not run over megabytes.
  if (value.length !== ANONYMOUS_LENGTH && value.length !== USER_LENGTH) return MALFORMED
  const known = verified.get(keyring)
  const remembered = known?.get(value)
  if (remembered !== undefined) return remembered
  const parsed = verify(value, keyring)
  if (parsed.kind !== 'token') return parsed
  const all = known ?? new LRUCache<string, ParsedToken>({ max: MOST_VERIFIED })
  verified.set(keyring, all)
  all.set(value, parsed)
  return parsed
}

/** Cookies that were found right: their MACs are right for good. Others are not remembered, lest they crowd these out. */
const verified = new WeakMap<Keyring, LRUCache<string, ParsedToken>>()
const MOST_VERIFIED = 2000

function verify(value: string, keyring: Keyring): ParsedToken {
  const [, tag, sid, secret, mac] = PATTERN.exec(value) ?? []
  if (sid === undefined || secret === undefined || mac === undefined) return MALFORMED
  const text = value.slice(0, -mac.length - 1)
  const key = keyring.all.find((one) => one.verifies(text, mac))
  if (key === undefined) return FORGED
  const address: SessionAddress = tag === undefined ? { kind: 'anonymous', sid } : { kind: 'user', tag, sid }
  return { kind: 'token', token: { address, secret, key } }
}

/** A new session's: selector and secret are random, 12 and 32 bytes. */
export function newToken(key: MasterKey, userId?: string): Token {
  const sid = randomBytes(SID_BYTES).toString('base64url')
  const address: SessionAddress =
    userId === undefined ? { kind: 'anonymous', sid } : { kind: 'user', tag: key.tagOf(userId), sid }
  return { address, secret: newSecret(), key }
}

/** 43 characters. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** What the store is told of a token: never the secret itself. */
export function presentedBy(token: Pick<Token, 'address' | 'secret'>): Presented {
  const known = presented.get(token)
  if (known !== undefined) return known
  const { address, secret } = token
  const made = { address, verifier: createHash('sha256').update(textOf(address, secret)).digest('base64url') }
  presented.set(token, made)
  return made
}

const presented = new WeakMap<Pick<Token, 'address' | 'secret'>, Presented>()

const SID_BYTES = 12
const SECRET_BYTES = 32
const ANONYMOUS_LENGTH = 76
const USER_LENGTH = 93
const PATTERN = /^(?:a1|u1\.([\w-]{16}))\.([\w-]{16})\.([\w-]{43})\.([\w-]{12})$/
const MALFORMED: ParsedToken = Object.freeze({ kind: 'malformed' })
const FORGED: ParsedToken = Object.freeze({ kind: 'forged' })

function textOf(address: SessionAddress, secret: string): string {
  return address.kind === 'user' ? `u1.${address.tag}.${address.sid}.${secret}` : `a1.${address.sid}.${secret}`
}
