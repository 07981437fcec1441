import { nonceOf } from './session-requests.ts'
import type { CommitRequest, CreateRequest, LoadRequest, RotateRequest, SessionAddress } from './session-types.ts'

/** A record of the model. */
interface Kept {
  readonly address: SessionAddress
  readonly verifier: string
  readonly next: { readonly verifier: string; readonly sealed: Uint8Array } | undefined
  readonly previous: { readonly verifier: string; readonly until: number } | undefined
  readonly core: Uint8Array
  readonly fields: ReadonlyMap<string, Uint8Array>
  readonly idle: number
  readonly absolute: number
  readonly created: number
  readonly touched: number
  readonly rotated: number
  readonly state: 'counts' | 'ended' | 'gone'
}

/** What a record is to whoever presents a secret: the reason why not, or what is told of the secret. */
type Seen =
  | { readonly kind: 'missing' | 'ended' | 'reuse' }
  | { readonly kind: 'alive'; readonly kept: Kept; readonly told: Told; readonly promoted: boolean }

interface Told {
  readonly secret: 'current' | 'previous'
  readonly next: Uint8Array | undefined
}

/**
 * What the contract says, in the plainest words: one list of records, each replaced when it changes. Time is told to it,
 * and nothing ends by itself.
 */
export class ReferenceSessions {
  readonly #kept: Kept[] = []

  /** All that were ever made, the oldest first. */
  get all(): readonly Kept[] {
    return this.#kept
  }

  create(request: CreateRequest, now: number): unknown {
    const { address, limit, until } = request
    if (now > until) return { kind: 'late' }
    const mine = address.kind === 'user' ? this.#ofUser(address.tag) : []
    const surplus = limit === undefined ? 0 : Math.max(0, mine.length - limit.max + 1)
    if (surplus > 0 && limit?.onExceed === 'reject') return { kind: 'rejected' }
    const evicted = mine.slice(0, surplus)
    for (const each of evicted) this.#put(each, { state: 'gone' })
    const unused = { next: undefined, previous: undefined, created: now, touched: now, rotated: now }
    const { verifier, core, fields, idle, absolute } = request
    this.#kept.push({ address, verifier, core, fields, idle, absolute, ...unused, state: 'counts' })
    return { kind: 'created', evicted: evicted.map((each) => each.address.sid), replicas: undefined }
  }

  load({ address, verifier, touchAfter, readOnly, grace }: LoadRequest, now: number): unknown {
    const seen = this.#see(address, verifier, now, readOnly ? undefined : grace)
    if (seen.kind !== 'alive') return seen
    const noted =
      !readOnly && touchAfter !== undefined && now - seen.kept.touched >= Math.min(touchAfter, seen.kept.idle / 10)
    const kept = noted ? this.#put(seen.kept, { touched: now }) : seen.kept
    const { core, fields, created, touched, rotated, idle, absolute } = kept
    const { told, promoted } = seen
    return { kind: 'loaded', ...told, core, fields, created, touched, rotated, idle, absolute, noted, promoted }
  }

  commit({ address, verifier, changes, core, idle, touch, grace, until }: CommitRequest, now: number): unknown {
    if (now > until) return { kind: 'late' }
    const seen = this.#see(address, verifier, now, grace)
    if (seen.kind !== 'alive') return seen
    const { kept, told } = seen
    const differs = changes.filter(({ field, nonce }) => !same(nonceOf(kept.fields.get(field)), nonce))
    const refused = differs.filter(({ onMismatch }) => onMismatch === 'refuse')
    if (refused.length > 0 || (core !== undefined && !same(nonceOf(kept.core), core.nonce))) {
      return { kind: 'conflict', ...told, fields: new Map(refused.map(({ field }) => [field, kept.fields.get(field)])) }
    }
    const made = changes.filter((each) => !differs.includes(each) || each.onMismatch === 'change')
    const untouched = [...kept.fields].filter(([name]) => made.every(({ field }) => field !== name))
    const set = made.flatMap(({ field, bytes }): [string, Uint8Array][] =>
      bytes === undefined ? [] : [[field, bytes]],
    )
    this.#put(kept, {
      fields: new Map([...untouched, ...set]),
      core: core?.bytes ?? kept.core,
      idle: idle ?? kept.idle,
      touched: touch ? now : kept.touched,
    })
    return { kind: 'committed', ...told, mismatched: differs.map(({ field }) => field) }
  }

  rotate({ address, verifier, nextVerifier, next, until, grace }: RotateRequest, now: number): unknown {
    if (now > until) return { kind: 'late' }
    const seen = this.#see(address, verifier, now, grace)
    if (seen.kind !== 'alive') return seen
    const { kept, told } = seen
    if (told.secret === 'previous' || kept.next !== undefined) return { kind: 'rotated', ...told }
    this.#put(kept, { next: { verifier: nextVerifier, sealed: next } })
    return { kind: 'rotated', secret: 'current', next }
  }

  end(address: SessionAddress, verifier: string, now: number): unknown {
    const seen = this.#see(address, verifier, now, undefined)
    if (seen.kind !== 'alive') return seen
    const { core, fields } = this.#put(seen.kept, { state: 'ended' })
    return { kind: 'ended-now', core, fields }
  }

  /** The selectors of those that counted. */
  revoke(addresses: readonly SessionAddress[]): readonly string[] {
    const counting = this.#kept.filter(({ address, state }) => state === 'counts' && addresses.includes(address))
    return counting.map((each) => this.#put(each, { state: 'gone' }).address.sid)
  }

  revokeAll(tag: string, except: string | undefined): readonly string[] {
    const counting = this.#ofUser(tag).filter(({ address }) => address.sid !== except)
    return counting.map((each) => this.#put(each, { state: 'gone' }).address.sid)
  }

  list(tag: string): unknown {
    return this.#ofUser(tag).map(({ address, created, touched, absolute, core, idle }) => ({
      sid: address.sid,
      expires: Math.min(touched + idle, absolute),
      created,
      touched,
      absolute,
      core,
    }))
  }

  /** @param grace undefined where nothing may be changed. */
  #see(address: SessionAddress, verifier: string, now: number, grace: number | undefined): Seen {
    const kept = this.#kept.find((each) => each.address === address)
    if (kept === undefined || kept.state === 'gone') return { kind: 'missing' }
    if (kept.state === 'ended') return { kind: 'ended' }
    const alive = (record: Kept, secret: Told['secret'], next?: Uint8Array, promoted = false): Seen => ({
      kind: 'alive',
      kept: record,
      told: { secret, next },
      promoted,
    })
    if (verifier === kept.verifier) return alive(kept, 'current', kept.next?.sealed)
    if (verifier === kept.next?.verifier) {
      if (grace === undefined) return alive(kept, 'current')
      const previous = { verifier: kept.verifier, until: now + grace }
      return alive(this.#put(kept, { verifier, previous, next: undefined, rotated: now }), 'current', undefined, true)
    }
    if (verifier === kept.previous?.verifier && now < kept.previous.until) return alive(kept, 'previous')
    return { kind: 'reuse' }
  }

  /** Those that count, the one that ends soonest first. */
  #ofUser(tag: string): readonly Kept[] {
    const ends = ({ touched, idle, absolute }: Kept): number => Math.min(touched + idle, absolute)
    return this.#kept
      .filter(({ address, state }) => state === 'counts' && address.kind === 'user' && address.tag === tag)
      .sort((a, b) => ends(a) - ends(b) || (a.address.sid < b.address.sid ? -1 : 1))
  }

  #put(kept: Kept, change: Partial<Kept>): Kept {
    const changed = { ...kept, ...change }
    this.#kept[this.#kept.findIndex(({ address }) => address === kept.address)] = changed
    return changed
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n])
}
