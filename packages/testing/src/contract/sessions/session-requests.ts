import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import type {
  CommitReply,
  CommitRequest,
  CreateRequest,
  EndReply,
  EndRequest,
  FieldChange,
  LoadedRecord,
  LoadReply,
  LoadRequest,
  RotateReply,
  SessionAddress,
  SessionStore,
} from './session-types.ts'

export const HOUR = 3_600_000
/** An instant that does not come: the last one of a Date. */
export const NEVER = 8_640_000_000_000_000
const NONE = new Uint8Array()

/** As long and of the letters as selectors, tags and verifiers are. */
export function randomWord(): string {
  return randomBytes(12).toString('base64url')
}

export function anonymous(sid: string = randomWord()): SessionAddress {
  return { kind: 'anonymous', sid }
}

export function ofUser(tag: string = randomWord(), sid: string = randomWord()): SessionAddress & { kind: 'user' } {
  return { kind: 'user', tag, sid }
}

/** Bytes as long as a sealed value of `size` bytes; what stands in them is of no consequence but for the nonce. */
export function sealed(size = 8): Uint8Array {
  return new Uint8Array(randomBytes(36 + size))
}

export function nonceOf(bytes: Uint8Array | undefined): Uint8Array {
  return bytes === undefined ? NONE : bytes.slice(8, 20)
}

/** A record as a test knows it. */
export interface Made {
  readonly address: SessionAddress
  readonly verifier: string
  readonly core: Uint8Array
  readonly fields: ReadonlyMap<string, Uint8Array>
}

export function creation(more: Partial<CreateRequest> = {}): CreateRequest {
  return {
    address: ofUser(),
    verifier: randomWord(),
    core: sealed(),
    fields: new Map(),
    idle: HOUR,
    absolute: NEVER,
    until: NEVER,
    ...more,
  }
}

export async function make(store: SessionStore, more: Partial<CreateRequest> = {}): Promise<Made> {
  const request = creation(more)
  expect(await store.create(request, TIMEOUT)).toMatchObject({ kind: 'created' })
  return request
}

export function load(
  store: SessionStore,
  { address, verifier }: Pick<Made, 'address' | 'verifier'>,
  more: Partial<LoadRequest> = {},
): Promise<LoadReply> {
  return store.load({ address, verifier, readOnly: false, grace: HOUR, ...more }, TIMEOUT)
}

/** Reads a record that must be alive. */
export async function loaded(...args: Parameters<typeof load>): Promise<LoadedRecord> {
  const reply = await load(...args)
  return reply.kind === 'loaded' ? reply : expect.fail(`the record was not loaded: ${reply.kind}`)
}

/** Why a record is not read. */
export async function kindOf(...args: Parameters<typeof load>): Promise<string> {
  return (await load(...args)).kind
}

/** A change of a field, made from a value or from none. */
export function change(
  field: string,
  bytes: Uint8Array | undefined,
  from?: Uint8Array,
  onMismatch: FieldChange['onMismatch'] = 'refuse',
): FieldChange {
  return { field, bytes, nonce: nonceOf(from), onMismatch }
}

export function commit(
  store: SessionStore,
  { address, verifier }: Pick<Made, 'address' | 'verifier'>,
  changes: readonly FieldChange[],
  more: Partial<CommitRequest> = {},
): Promise<CommitReply> {
  return store.commit({ address, verifier, changes, touch: false, grace: HOUR, until: NEVER, ...more }, TIMEOUT)
}

export function rotate(
  store: SessionStore,
  { address, verifier }: Pick<Made, 'address' | 'verifier'>,
  nextVerifier: string = randomWord(),
  next: Uint8Array = sealed(),
  until: number = NEVER,
): Promise<RotateReply> {
  return store.rotate({ address, verifier, nextVerifier, next, until, grace: HOUR }, TIMEOUT)
}

export function end(
  store: SessionStore,
  { address, verifier }: Pick<Made, 'address' | 'verifier'>,
  more: Partial<EndRequest> = {},
): Promise<EndReply> {
  return store.end({ address, verifier, grace: HOUR, ...more }, TIMEOUT)
}

/** The fields as plain bytes, whatever the backend's own kind of them. */
export function plain(fields: ReadonlyMap<string, Uint8Array | undefined>): Record<string, Uint8Array | undefined> {
  return Object.fromEntries([...fields].map(([field, bytes]) => [field, bytes && Uint8Array.from(bytes)]))
}

/** The fields of a record that must be alive, as plain bytes. */
export async function fieldsOf(...args: Parameters<typeof load>): Promise<Record<string, Uint8Array | undefined>> {
  return plain((await loaded(...args)).fields)
}
