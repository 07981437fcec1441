import { RedstartError } from '../errors.ts'
import type { DeviceRecord } from './core-record.ts'
import type { SessionEngine } from './engine.ts'
import { SealedRecord } from './sealed.ts'
import type { Durability, ListedRecord } from './session-store.ts'

/** One of a user's sessions, as the user is shown it. */
export interface DeviceSession {
  /** Names it; no secret. */
  readonly id: string
  readonly current: boolean
  readonly device: DeviceRecord
  readonly created: Date
  /** When it was last used, to within `touchAfter`. */
  readonly lastUsed: Date
  /** When it ends unless it is used before. */
  readonly expires: Date
}

/** All sessions of one user, made with whichever of the keys. */
export class UserSessions {
  readonly #engine: SessionEngine
  readonly #userId: string

  constructor(engine: SessionEngine, userId: string) {
    this.#engine = engine
    this.#userId = userId
  }

  /** Those that count, the one that was used last first. @param current the id of the caller's own. */
  async list(current?: string): Promise<readonly DeviceSession[]> {
    const listed = await Promise.all(this.#tags().map((tag) => this.#listed(tag)))
    return listed
      .flat()
      .map(({ record, device }) => ({
        ...{ id: record.sid, current: record.sid === current, device },
        ...{ created: new Date(record.created), lastUsed: new Date(record.touched), expires: new Date(record.expires) },
      }))
      .sort((one, other) => other.lastUsed.getTime() - one.lastUsed.getTime())
  }

  /** Ends one of them; false where it is none of this user's, or has ended. */
  async revoke(id: string): Promise<boolean> {
    if (!SID.test(id)) return false
    const addresses = this.#tags().map((tag) => ({ kind: 'user' as const, tag, sid: id }))
    // Each tag has a slot of its own.
    const ended = await Promise.all(
      addresses.map((address) => this.#engine.revocations.revoke({ addresses: [address], ...this.#durability() })),
    )
    return this.#told(ended.flatMap(({ sids }) => sids)) > 0
  }

  /** Ends all but one; returns how many. */
  async revokeOthers(current: string): Promise<number> {
    if (!SID.test(current)) throw new RedstartError('INVALID_ARGUMENT', 'revokeOthers() needs the id of a session')
    return this.#revokeAll(current)
  }

  /** Ends all of them, those that are being saved and touched at this moment included; returns how many. */
  async revokeAll(): Promise<number> {
    return this.#revokeAll(undefined)
  }

  async #revokeAll(except: string | undefined): Promise<number> {
    const request = { ...(except !== undefined && { except }), ...this.#durability() }
    const ended = await Promise.all(this.#tags().map((tag) => this.#engine.revocations.revokeAll({ tag, ...request })))
    return this.#told(ended.flatMap(({ sids }) => sids))
  }

  #told(sids: readonly string[]): number {
    for (const sid of sids)
      this.#engine.audit.tell({ type: 'session.ended', sid, userId: this.#userId, reason: 'revoked' })
    return sids.length
  }

  async #listed(tag: string): Promise<readonly { record: ListedRecord; device: DeviceRecord }[]> {
    const { store, settings, keyring, scope } = this.#engine
    const records = await store.list(tag, settings.deadline)
    return records.flatMap((record) => {
      const core = new SealedRecord(keyring, scope, record.sid).openCore(record.core)
      // Two users can share a tag, though only once in 2^96 times.
      return core?.userId === this.#userId ? [{ record, device: core.device }] : []
    })
  }

  /** A session keeps the tag of the key that it was made with. */
  #tags(): readonly string[] {
    return this.#engine.keyring.all.map((key) => key.tagOf(this.#userId))
  }

  #durability(): { durability?: Durability } {
    const { durability } = this.#engine.settings
    return durability === undefined ? {} : { durability }
  }
}

const SID = /^[\w-]{16}$/
