import { RedstartError } from '../../errors.ts'
import type {
  Activity,
  AdmitRequest,
  CommitReply,
  CommitRequest,
  CreateReply,
  CreateRequest,
  EndReply,
  EndRequest,
  ListedRecord,
  LoadReply,
  LoadRequest,
  Presented,
  Refusal,
  Revocation,
  RevokeAllRequest,
  RevokeReply,
  RevokeRequest,
  RotateReply,
  RotateRequest,
  SessionStore,
  StatisticsRequest,
  StoredStatistics,
} from '../../session/session-store.ts'
import { alive, type AliveRecord } from './alive.ts'
import { change } from './changes.ts'
import { copies, SessionRecord } from './record.ts'
import { revoke, revokeAll } from './revoke.ts'
import type { MemorySessions } from './sessions.ts'

/** How long it is remembered that another record took the place of one. */
const REMEMBERED_MS = 60_000

/**
 * The sessions of one namespace in this process. Each operation takes effect at once, when it is called; replies come
 * later, as they do from Redis. Nothing can take longer than its timeout.
 */
export class MemorySessionStore implements SessionStore {
  readonly #sessions: MemorySessions
  readonly #time: () => number
  readonly #listeners = new Set<(revocation: Revocation) => void>()
  #closed = false

  /** @param time tells the milliseconds since 1970. */
  constructor(sessions: MemorySessions, time: () => number) {
    this.#sessions = sessions
    this.#time = time
  }

  async time(): Promise<number> {
    return this.#now()
  }

  async create(request: CreateRequest): Promise<CreateReply> {
    const now = this.#now()
    const { address, limit, durability, placeOf, until } = request
    if (now > until) return { kind: 'late', now }
    const there = this.#sessions.at(address)
    if (there !== undefined && there.expires > now) return { kind: 'taken', now }
    if (
      placeOf !== undefined &&
      address.kind === 'user' &&
      !this.#sessions.takePlace({ kind: 'user', tag: address.tag, sid: placeOf }, now)
    )
      return { kind: 'revoked', now }
    const evicted = address.kind === 'user' ? this.#sessions.admit(address.tag, limit, now) : []
    if (evicted === undefined) return { kind: 'rejected', now }
    this.#sessions.add(new SessionRecord(request, now), now)
    return { kind: 'created', evicted, replicas: durability && 0, now }
  }

  async load(request: LoadRequest): Promise<LoadReply> {
    const now = this.#now()
    const found = this.#alive(request, request, now)
    if (typeof found === 'string') return { kind: found, now }
    const { record } = found
    const { touchAfter, readOnly } = request
    const due = touchAfter !== undefined && now - record.touched >= Math.min(touchAfter, record.idle / 10)
    const noted = due && !readOnly
    if (noted) this.#touch(record, now)
    const { created, touched, rotated, idle, absolute } = record
    return {
      kind: 'loaded',
      now,
      secret: found.secret,
      next: copy(found.next),
      created,
      touched,
      rotated,
      idle,
      absolute,
      noted,
      promoted: found.promoted,
      core: new Uint8Array(record.core),
      fields: copies(record.fields),
    }
  }

  async commit(request: CommitRequest): Promise<CommitReply> {
    const now = this.#now()
    if (now > request.until) return { kind: 'late', now }
    const found = this.#alive(request, request, now)
    if (typeof found === 'string') return { kind: found, now }
    const { record, secret } = found
    const next = copy(found.next)
    const changed = change(record, request)
    if (changed.kind === 'full') return { kind: 'full', now }
    if (changed.kind === 'conflict') return { kind: 'conflict', now, secret, next, fields: changed.fields }
    if (request.idle !== undefined) record.setIdle(request.idle)
    if (request.touch) record.touch(now)
    this.#sessions.reindex(record)
    return { kind: 'committed', now, secret, next, mismatched: changed.mismatched }
  }

  async rotate(request: RotateRequest): Promise<RotateReply> {
    const now = this.#now()
    if (now > request.until) return { kind: 'late', now }
    const found = this.#alive(request, request, now)
    if (typeof found === 'string') return { kind: found, now }
    const { record, secret } = found
    if (secret === 'current' && record.next === undefined) record.setNext(request.nextVerifier, request.next)
    const next = secret === 'current' ? record.next?.sealed : undefined
    return { kind: 'rotated', now, secret, next: copy(next) }
  }

  async end(request: EndRequest): Promise<EndReply> {
    const now = this.#now()
    const found = this.#alive(request, request, now)
    if (typeof found === 'string') return { kind: found, now }
    const { core, fields } = found.record
    this.#sessions.end(found.record, now + REMEMBERED_MS, request.keepsPlace === true)
    return { kind: 'ended-now', core: new Uint8Array(core), fields: copies(fields), now }
  }

  async revoke(request: RevokeRequest): Promise<RevokeReply> {
    return revoke(this.#sessions, request, this.#now())
  }

  async revokeAll(request: RevokeAllRequest): Promise<RevokeReply> {
    return revokeAll(this.#sessions, request, this.#now())
  }

  async list(tag: string): Promise<readonly ListedRecord[]> {
    const now = this.#now()
    return this.#sessions.members(tag, now).flatMap((sid) => {
      const record = this.#sessions.at({ kind: 'user', tag, sid })
      if (record === undefined || 'ended' in record) return []
      const { expires, created, touched, absolute } = record
      return [{ sid, expires, created, touched, absolute, core: new Uint8Array(record.core) }]
    })
  }

  async admit(request: AdmitRequest): Promise<boolean> {
    return this.#sessions.admissions.admit(request, this.#now())
  }

  async note(activity: readonly Activity[]): Promise<void> {
    this.#sessions.activity.note(activity, this.#now())
  }

  async statistics(request: StatisticsRequest): Promise<StoredStatistics> {
    return this.#sessions.activity.statistics(request, this.#now())
  }

  subscribe(listener: (revocation: Revocation) => void): () => void {
    this.#now()
    // One function given twice is two subscriptions.
    const own = (revocation: Revocation): void => listener(revocation)
    this.#listeners.add(own)
    this.#sessions.listeners.add(own)
    return () => {
      this.#listeners.delete(own)
      this.#sessions.listeners.delete(own)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const listener of this.#listeners) this.#sessions.listeners.delete(listener)
    this.#listeners.clear()
  }

  #alive(
    { address, verifier }: Presented,
    { grace, readOnly = false }: { readonly grace: number; readonly readOnly?: boolean },
    now: number,
  ): AliveRecord | Refusal {
    const indexed = this.#sessions.indexed(address)
    return alive(this.#sessions.at(address), { verifier, grace, readOnly, now, indexed })
  }

  #touch(record: SessionRecord, now: number): void {
    record.touch(now)
    this.#sessions.reindex(record)
  }

  /** Whole milliseconds, as Redis has them. */
  #now(): number {
    if (this.#closed) throw new RedstartError('CLOSED', 'The store was closed; nothing was read or changed')
    return Math.floor(this.#time())
  }
}

function copy(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && new Uint8Array(bytes)
}
