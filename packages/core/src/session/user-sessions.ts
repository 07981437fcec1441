import { RedstartError } from '../errors.ts'
import type { DeviceRecord } from './core-record.ts'
import type { SessionEngine } from './engine.ts'
import type { Durability, RevokeReply } from './session-store.ts'
import { recordsOf } from './user-records.ts'

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
    const records = await recordsOf(this.#engine, this.#userId)
    return records
      .map(({ record, core: { device } }) => ({
        id: record.sid,
        current: record.sid === current,
        device: { ...device },
        created: new Date(record.created),
        lastUsed: new Date(record.touched),
        expires: new Date(record.expires),
      }))
      .sort((one, other) => other.lastUsed.getTime() - one.lastUsed.getTime())
  }

  /**
   * Ends one of them; false where it is none of this user's, or has ended.
   *
   * @throws RedstartError what the store rejects with; it is tried again until it is done.
   */
  async revoke(id: string): Promise<boolean> {
    if (!SID.test(id)) return false
    const { revocations } = this.#engine
    // Each tag has a slot of its own.
    const ended = await Promise.all(
      this.#tags().map((tag) =>
        revocations.revoke({ addresses: [{ kind: 'user', tag, sid: id }], durability: this.#durability }, this.#told),
      ),
    )
    return count(ended) > 0
  }

  /** Ends all but one; returns how many. @throws RedstartError as with {@link UserSessions.revoke}. */
  async revokeOthers(current: string): Promise<number> {
    if (!SID.test(current)) throw new RedstartError('INVALID_ARGUMENT', 'revokeOthers() needs the id of a session')
    return this.#revokeAll(current)
  }

  /**
   * Ends all of them, those that are being saved and touched at this moment included; returns how many.
   *
   * @throws RedstartError as with {@link UserSessions.revoke}.
   */
  async revokeAll(): Promise<number> {
    return this.#revokeAll(undefined)
  }

  async #revokeAll(except: string | undefined): Promise<number> {
    const { revocations } = this.#engine
    const durability = this.#durability
    const ended = this.#tags().map((tag) => revocations.revokeAll({ tag, except, durability }, this.#told))
    return count(await Promise.all(ended))
  }

  readonly #told = ({ sids, replicas }: RevokeReply): void => {
    for (const sid of sids)
      this.#engine.audit.tell({ type: 'session.ended', sid, userId: this.#userId, reason: 'revoked', replicas })
  }

  /** A session keeps the tag of the key that it was made with. */
  #tags(): readonly string[] {
    return this.#engine.keyring.all.map((key) => key.tagOf(this.#userId))
  }

  get #durability(): Durability | undefined {
    return this.#engine.settings.durability
  }
}

const SID = /^[\w-]{16}$/

function count(ended: readonly RevokeReply[]): number {
  return ended.reduce((total, { sids }) => total + sids.length, 0)
}
