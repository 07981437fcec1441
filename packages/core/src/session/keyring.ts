import { Buffer } from 'node:buffer'
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { RedstartError } from '../errors.ts'
import type { SealingKey } from '../wire/seal.ts'
import { OpenedPayloads } from './opened-payloads.ts'

/** Where keys are used: the same master keys give other keys for each application and namespace. */
export interface KeyScope {
  readonly app: string
  readonly namespace: string
}

/** All that is derived from one master key. */
export class MasterKey {
  /** The first four bytes of SHA-256("redstart/v1/kid" and the key). */
  readonly id: number
  /** What was opened of sessions whose cookies were made with this one. */
  readonly opened: OpenedPayloads = new OpenedPayloads()
  readonly #master: Uint8Array
  readonly #scope: KeyScope
  readonly #cookie: Uint8Array
  readonly #tag: Uint8Array
  /** Deriving one costs as much as opening a field with it. */
  readonly #ofSessions = new LRUCache<string, SealingKey>({ max: MOST_REMEMBERED })
  readonly #tags = new LRUCache<string, string>({ max: MOST_REMEMBERED })

  /** @param master 32 bytes. */
  constructor(master: Uint8Array, scope: KeyScope) {
    this.id = createHash('sha256').update('redstart/v1/kid').update(master).digest().readUInt32BE(0)
    this.#master = master
    this.#scope = scope
    this.#cookie = this.#derive('cookie')
    this.#tag = this.#derive('tag')
  }

  /** Authenticates the text of a cookie: 12 characters. */
  mac(text: string): string {
    return createHmac('sha256', this.#cookie).update(text).digest().toString('base64url', 0, MAC_BYTES)
  }

  /** In constant time. */
  verifies(text: string, mac: string): boolean {
    const own = Buffer.from(this.mac(text))
    const given = Buffer.from(mac)
    return own.length === given.length && timingSafeEqual(own, given)
  }

  /** Stands for a user: 16 characters. */
  tagOf(userId: string): string {
    const known = this.#tags.get(userId)
    if (known !== undefined) return known
    const tag = createHmac('sha256', this.#tag).update(userId, 'utf8').digest().toString('base64url', 0, TAG_BYTES)
    this.#tags.set(userId, tag)
    return tag
  }

  /** Seals the core and the fields of a session. */
  ofSession(sid: string): SealingKey {
    const known = this.#ofSessions.get(sid)
    if (known !== undefined) return known
    const key = { id: this.id, key: this.#derive('session', sid) }
    this.#ofSessions.set(sid, key)
    return key
  }

  /** 32 bytes for another purpose of one session. */
  forPurpose(purpose: 'csrf' | 'binding' | 'client', sid?: string): Uint8Array {
    return this.#derive(purpose, sid)
  }

  #derive(purpose: string, sid?: string): Uint8Array {
    return deriveKey(this.#master, purpose, this.#scope, sid)
  }
}

/** The keys in the order of their use: the first one makes, all of them read. */
export interface Keyring {
  readonly first: MasterKey
  readonly all: readonly MasterKey[]
  byId(id: number): MasterKey | undefined
}

/**
 * Makes a ring of 1 to 8 keys of 32 bytes.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for another number of keys, a key of another length, or one given twice.
 */
export function createKeyring(masters: readonly Uint8Array[], scope: KeyScope): Keyring {
  const all = masters.map((master, n) => {
    if (master.length !== MASTER_BYTES)
      throw refused(`sealing key ${n + 1} has ${master.length} bytes; expected ${MASTER_BYTES}`)
    return new MasterKey(master, scope)
  })
  const [first] = all
  if (first === undefined || all.length > MOST_KEYS)
    throw refused(`there are ${all.length} sealing keys; expected 1 to ${MOST_KEYS}`)
  const byId = new Map(all.map((key) => [key.id, key]))
  if (byId.size < all.length) throw refused('a sealing key is given twice; expected each one once')
  return { first, all, byId: (id) => byId.get(id) }
}

/** The key that seals the next secret of a session under its current one. */
export function keyOfSecret(secret: string, scope: KeyScope, sid: string): SealingKey {
  return { id: 0, key: deriveKey(Buffer.from(secret, 'latin1'), 'next', scope, sid) }
}

const MASTER_BYTES = 32
const MOST_KEYS = 8
const MAC_BYTES = 9
const TAG_BYTES = 12
/** What follows from keys is worked out once for whoever comes again. */
const MOST_REMEMBERED = 2000

/** HKDF with SHA-256 (RFC 5869), without a salt. */
function deriveKey(from: Uint8Array, purpose: string, { app, namespace }: KeyScope, sid?: string): Uint8Array {
  const parts = [`redstart/v1/${purpose}`, app, namespace, ...(sid === undefined ? [] : [sid])]
  return new Uint8Array(hkdfSync('sha256', from, new Uint8Array(), parts.join('\0'), 32))
}

function refused(message: string): RedstartError {
  return new RedstartError('INVALID_ARGUMENT', message)
}
