import { RedstartError } from '../../errors.ts'
import type {
  Alive,
  CommitReply,
  CreateReply,
  EndReply,
  ListedRecord,
  LoadReply,
  Refused,
  Refusal,
  RotateReply,
} from '../../session/session-store.ts'
import { asBuffer } from '../../wire/text.ts'
import type { DurableReply } from './durable.ts'

/** What a script replied, value by value. */
export class Reply {
  readonly #values: readonly unknown[]
  #next = 0

  constructor(reply: unknown) {
    if (!Array.isArray(reply)) throw unexpected()
    this.#values = reply
  }

  get done(): boolean {
    return this.#next >= this.#values.length
  }

  text(): string {
    return asBuffer(this.bytes()).toString()
  }

  bytes(): Uint8Array {
    return this.bytesOrNone() ?? fail()
  }

  bytesOrNone(): Uint8Array | undefined {
    const value = this.#take()
    if (value === null) return undefined
    return value instanceof Uint8Array ? value : fail()
  }

  number(): number {
    const value = this.#take()
    return typeof value === 'number' ? value : fail()
  }

  /** All that follow, as text. */
  texts(): readonly string[] {
    const texts: string[] = []
    while (!this.done) texts.push(this.text())
    return texts
  }

  /** All that follow, as names and bytes. */
  fields(): ReadonlyMap<string, Uint8Array> {
    const fields = new Map<string, Uint8Array>()
    while (!this.done) fields.set(this.text(), this.bytes())
    return fields
  }

  #take(): unknown {
    if (this.done) throw unexpected()
    const value = this.#values[this.#next]
    this.#next += 1
    return value
  }
}

export function createReplyOf({ reply: values, replicas }: DurableReply): CreateReply {
  const reply = new Reply(values)
  const [kind, now] = [reply.text(), reply.number()]
  if (kind === 'created') return { kind, now, evicted: reply.texts(), replicas }
  if (kind === 'rejected' || kind === 'taken' || kind === 'revoked' || kind === 'late') return { kind, now }
  throw unexpected()
}

export function loadReplyOf(values: unknown): LoadReply {
  const reply = new Reply(values)
  const [kind, now] = [reply.text(), reply.number()]
  if (kind !== 'loaded') return refusedOf(kind, now)
  // In the order in which they come.
  return {
    kind,
    now,
    secret: secretOf(reply),
    next: reply.bytesOrNone(),
    created: reply.number(),
    touched: reply.number(),
    rotated: reply.number(),
    idle: reply.number(),
    absolute: reply.number(),
    noted: reply.number() === 1,
    promoted: reply.number() === 1,
    core: reply.bytes(),
    fields: reply.fields(),
  }
}

export function commitReplyOf(values: unknown): CommitReply {
  const reply = new Reply(values)
  const [kind, now] = [reply.text(), reply.number()]
  if (kind === 'committed')
    return { kind, now, secret: secretOf(reply), next: reply.bytesOrNone(), mismatched: reply.texts() }
  if (kind === 'full' || kind === 'late') return { kind, now }
  if (kind !== 'conflict') return refusedOf(kind, now)
  const [secret, next] = [secretOf(reply), reply.bytesOrNone()]
  const fields = new Map<string, Uint8Array | undefined>()
  while (!reply.done) fields.set(reply.text(), reply.bytesOrNone())
  return { kind, now, secret, next, fields }
}

export function rotateReplyOf(values: unknown): RotateReply {
  const reply = new Reply(values)
  const [kind, now] = [reply.text(), reply.number()]
  if (kind === 'rotated') return { kind, now, secret: secretOf(reply), next: reply.bytesOrNone() }
  return kind === 'late' ? { kind, now } : refusedOf(kind, now)
}

export function endReplyOf(values: unknown): EndReply {
  const reply = new Reply(values)
  const [kind, now] = [reply.text(), reply.number()]
  return kind === 'ended-now' ? { kind, now, core: reply.bytes(), fields: reply.fields() } : refusedOf(kind, now)
}

export function listedOf(values: unknown): readonly ListedRecord[] {
  const reply = new Reply(values)
  const records: ListedRecord[] = []
  while (!reply.done) {
    records.push({
      sid: reply.text(),
      expires: reply.number(),
      created: reply.number(),
      touched: reply.number(),
      absolute: reply.number(),
      core: reply.bytes(),
    })
  }
  return records
}

const REFUSALS: ReadonlySet<string> = new Set<Refusal>(['missing', 'unknown', 'expired', 'revoked', 'reuse', 'ended'])

function refusedOf(kind: string, now: number): Refused {
  if (isRefusal(kind)) return { kind, now }
  throw unexpected()
}

function isRefusal(kind: string): kind is Refusal {
  return REFUSALS.has(kind)
}

function secretOf(reply: Reply): Alive['secret'] {
  const secret = reply.text()
  if (secret !== 'current' && secret !== 'previous') throw unexpected()
  return secret
}

function fail(): never {
  throw unexpected()
}

function unexpected(): RedstartError {
  return new RedstartError('STORE_FAILED', 'Redis answered a script of sessions with what is no reply of it')
}
