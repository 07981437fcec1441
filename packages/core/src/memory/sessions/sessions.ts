import { RedstartError } from '../../errors.ts'
import type { Revocation, SessionAddress, SessionLimit } from '../../session/session-store.ts'
import { MemoryActivity } from './activity.ts'
import { MemoryAdmissions } from './admissions.ts'
import type { EndedRecord, SessionRecord } from './record.ts'

/** Records that are made until those that have ended are looked for, beside half as many as there are. */
const LEAST_BETWEEN = 100
/** Of the records of nobody this part leaves at a time where there are too many, so that not each new one has to look. */
const LEAVING_PART = 100

/** The sessions of one namespace of an app, which all stores of it share. */
export class MemorySessions {
  readonly activity: MemoryActivity = new MemoryActivity()
  readonly admissions: MemoryAdmissions = new MemoryAdmissions()
  readonly listeners: Set<(revocation: Revocation) => void> = new Set()
  readonly #records = new Map<string, SessionRecord | EndedRecord>()
  /** By user the selectors, each with the instant at which its record ends. */
  readonly #indexes = new Map<string, Map<string, number>>()
  readonly #most: number
  #made = 0

  /** @param most records that are kept. */
  constructor(most: number) {
    this.#most = most
  }

  at(address: SessionAddress): SessionRecord | EndedRecord | undefined {
    return this.#records.get(keyOf(address))
  }

  /** When the place in the user's index ends. */
  indexed(address: SessionAddress): number | undefined {
    return address.kind === 'user' ? this.#indexes.get(address.tag)?.get(address.sid) : undefined
  }

  /** The selectors of a user's records that count, the one that ends soonest first. */
  members(tag: string, now: number): readonly string[] {
    const counting = [...(this.#indexes.get(tag) ?? [])].filter(([, expires]) => expires > now)
    return counting.sort(([a, first], [b, second]) => first - second || (a < b ? -1 : 1)).map(([sid]) => sid)
  }

  /** Makes room for one more of a user. Undefined where that is refused, else those that left. */
  admit(tag: string, limit: SessionLimit | undefined, now: number): readonly string[] | undefined {
    if (limit === undefined) return []
    const members = this.members(tag, now)
    const surplus = Math.max(0, members.length - limit.max + 1)
    if (surplus > 0 && limit.onExceed === 'reject') return undefined
    const evicted = members.slice(0, surplus)
    for (const sid of evicted) this.remove({ kind: 'user', tag, sid })
    return evicted
  }

  /**
   * Keeps a record; one of a user is entered in the index.
   *
   * @throws RedstartError `STORE_FAILED` where all that are kept are signed-in users', and there are as many as may be.
   */
  add(record: SessionRecord, now: number): void {
    this.#made += 1
    if (this.#made > LEAST_BETWEEN + this.#records.size / 2 || this.#records.size >= this.#most) this.#prune(now)
    if (this.#records.size >= this.#most) this.#makeRoom(now)
    const { address } = record
    this.#records.set(keyOf(address), record)
    if (address.kind !== 'user') return
    const index = this.#indexes.get(address.tag) ?? new Map<string, number>()
    this.#indexes.set(address.tag, index.set(address.sid, record.expires))
  }

  /** Another record took its place, or will take it. */
  end({ address }: SessionRecord, expires: number, keepsPlace: boolean): void {
    if (!keepsPlace) this.remove(address)
    this.#records.set(keyOf(address), { address, ended: true, expires })
  }

  /** Gives up a place in a user's index. False where there was none. */
  takePlace(address: SessionAddress, now: number): boolean {
    const place = this.indexed(address) ?? 0
    this.#leaveIndex(address)
    return place > now
  }

  /** Notes when a record ends now, if it is in the index. */
  reindex({ address, expires }: SessionRecord): void {
    if (address.kind !== 'user') return
    const index = this.#indexes.get(address.tag)
    if (index?.has(address.sid) === true) index.set(address.sid, expires)
  }

  remove(address: SessionAddress): void {
    this.#records.delete(keyOf(address))
    this.#leaveIndex(address)
  }

  #leaveIndex(address: SessionAddress): void {
    if (address.kind !== 'user') return
    const index = this.#indexes.get(address.tag)
    index?.delete(address.sid)
    if (index?.size === 0) this.#indexes.delete(address.tag)
  }

  #prune(now: number): void {
    this.#made = 0
    for (const { address, expires } of this.#records.values()) if (expires <= now) this.remove(address)
  }

  #makeRoom(now: number): void {
    const anonymous = [...this.#records.values()].filter(({ address }) => address.kind === 'anonymous')
    if (anonymous.length === 0) {
      throw new RedstartError(
        'STORE_FAILED',
        `The memory backend holds ${this.#most} sessions of signed-in users; raise maxSessions of memory()`,
      )
    }
    const leaving = anonymous.sort((a, b) => a.expires - b.expires).slice(0, Math.ceil(this.#most / LEAVING_PART))
    for (const { address } of leaving) this.remove(address)
    const ended = leaving.map(({ address: { sid } }) => ({ kind: 'ended' as const, sid }))
    this.activity.note(ended, now)
  }
}

function keyOf(address: SessionAddress): string {
  return address.kind === 'user' ? `${address.tag}:${address.sid}` : address.sid
}
