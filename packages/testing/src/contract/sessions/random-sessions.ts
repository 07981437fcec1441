import fc from 'fast-check'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import { ReferenceSessions } from './reference-sessions.ts'
import { anonymous, HOUR, NEVER, nonceOf, ofUser, randomWord, sealed } from './session-requests.ts'
import { type SessionTest, type SessionStores, sessionTest } from './session-stores.ts'
import type { CommitRequest, FieldChange, SessionAddress, SessionStore } from './session-types.ts'

type Reference = ReferenceSessions['all'][number]

const STRANGER = 11

/** Counted from the latest one; few, so that several things happen to each. */
const session = fc.constantFrom(0, 0, 0, 0, 1, 2, 3)
/** Which of those that the record ever had; the highest is none of them. */
const secret = fc.nat(STRANGER)
const grace = fc.constantFrom(0, HOUR, HOUR)
/** 0 has passed. */
const until = fc.constantFrom(NEVER, NEVER, NEVER, 0)
const presented = { session, secret, grace }

const fieldChange = fc.record({
  field: fc.constantFrom('a', 'b', 'c'),
  to: fc.constantFrom('value', 'value', 'nothing'),
  from: fc.constantFrom('what is there', 'what is there', 'nothing', 'another value'),
  onMismatch: fc.constantFrom('change', 'leave', 'refuse'),
})

const creation = fc.record({
  kind: fc.constant('create'),
  user: fc.constantFrom('one', 'two', undefined),
  idle: fc.integer({ min: 1, max: 4 }),
  bounded: fc.boolean(),
  limit: fc.option(
    fc.record({
      max: fc.integer({ min: 1, max: 3 }),
      onExceed: fc.constantFrom('evict-soonest-to-expire', 'reject'),
    }),
    { nil: undefined },
  ),
  until,
})
const loading = fc.record({
  kind: fc.constant('load'),
  ...presented,
  touchAfter: fc.constantFrom(undefined, 0, HOUR),
  readOnly: fc.boolean(),
})
const committing = fc.record({
  kind: fc.constant('commit'),
  ...presented,
  changes: fc.uniqueArray(fieldChange, { selector: ({ field }) => field }),
  core: fc.constantFrom('none', 'none', 'right', 'wrong'),
  touch: fc.boolean(),
  idle: fc.constantFrom(undefined, undefined, 2 * HOUR, 5 * HOUR),
  until,
})
const rotating = fc.record({ kind: fc.constant('rotate'), ...presented, until })
const ending = fc.record({ kind: fc.constant('end'), ...presented })
const revoking = fc.record({ kind: fc.constant('revoke'), sessions: fc.uniqueArray(session, { maxLength: 3 }) })
const revokingAll = fc.record({
  kind: fc.constant('revokeAll'),
  user: fc.constantFrom('one', 'two'),
  except: fc.option(session),
})
const listing = fc.record({ kind: fc.constant('list'), user: fc.constantFrom('one', 'two') })
const step = fc.oneof(
  { arbitrary: creation, weight: 2 },
  { arbitrary: loading, weight: 8 },
  { arbitrary: committing, weight: 8 },
  { arbitrary: rotating, weight: 5 },
  { arbitrary: ending, weight: 1 },
  { arbitrary: revoking, weight: 1 },
  { arbitrary: revokingAll, weight: 1 },
  { arbitrary: listing, weight: 2 },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
type Creation = Extract<Step, { kind: 'create' }>
type Commit = Extract<Step, { kind: 'commit' }>

/** Any sequence of operations leaves and replies what the model does. A failure prints its seed and path. */
export const randomSessionTests: readonly SessionTest[] = [
  sessionTest('is the one of the model', async (stores) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }),
        async (steps) => await runSteps(stores, steps),
      ),
      { numRuns: 100 },
    )
  }),
]

async function runSteps({ store, other }: SessionStores, steps: readonly Step[]): Promise<void> {
  const run = new Run(await store.time(TIMEOUT))
  for (const [n, each] of steps.entries()) await run.step(each, n % 2 ? store : other)
}

/** One sequence of operations, over users that no other one has. */
class Run {
  readonly #model = new ReferenceSessions()
  readonly #tags = { one: randomWord(), two: randomWord() }
  /** The secrets before the previous one, by selector. */
  readonly #older = new Map<string, string>()
  readonly #start: number

  constructor(start: number) {
    this.#start = start
  }

  async step(each: Step, store: SessionStore): Promise<void> {
    const model = this.#model
    if (each.kind === 'create') return await this.#create(each, store)
    if (each.kind === 'list') {
      const tag = this.#tags[each.user]
      return expect(comparable(await store.list(tag, TIMEOUT))).toEqual(comparable(model.list(tag)))
    }
    if (each.kind === 'revoke') {
      const addresses = each.sessions.flatMap((n) => this.#at(n)?.address ?? [])
      const { sids } = await store.revoke({ addresses }, TIMEOUT)
      return expect([...sids].sort()).toEqual([...model.revoke(addresses)].sort())
    }
    if (each.kind === 'revokeAll') {
      const [tag, except] = [
        this.#tags[each.user],
        each.except === null ? undefined : this.#at(each.except)?.address.sid,
      ]
      const { sids } = await store.revokeAll({ tag, ...(except !== undefined && { except }) }, TIMEOUT)
      return expect([...sids].sort()).toEqual([...model.revokeAll(tag, except)].sort())
    }
    const there = this.#at(each.session)
    if (there === undefined) return
    const request = { address: there.address, verifier: this.#secretOf(there, each.secret), grace: each.grace }
    const before = there.previous?.verifier
    if (each.kind === 'end') {
      const reply = await store.end(request, TIMEOUT)
      return same(reply, model.end(request.address, request.verifier, reply.now))
    }
    if (each.kind === 'load') {
      const { readOnly, touchAfter } = each
      const whole = { ...request, readOnly, ...(touchAfter !== undefined && { touchAfter }) }
      const reply = await store.load(whole, TIMEOUT)
      same(reply, model.load(whole, reply.now))
    } else if (each.kind === 'rotate') {
      const whole = { ...request, nextVerifier: randomWord(), next: sealed(), until: each.until }
      const reply = await store.rotate(whole, TIMEOUT)
      same(reply, model.rotate(whole, reply.now))
    } else {
      const whole = commitOf(each, there, request)
      const reply = await store.commit(whole, TIMEOUT)
      same(reply, model.commit(whole, reply.now))
    }
    if (before !== undefined && this.#at(each.session)?.previous?.verifier !== before)
      this.#older.set(there.address.sid, before)
  }

  async #create({ user, idle, bounded, limit, until: latest }: Creation, store: SessionStore): Promise<void> {
    const address: SessionAddress = user === undefined ? anonymous() : ofUser(this.#tags[user])
    const request = {
      address,
      verifier: randomWord(),
      core: sealed(),
      fields: new Map([['a', sealed()]]),
      idle: idle * HOUR,
      absolute: bounded ? this.#start + 2.5 * HOUR : NEVER,
      until: latest,
      ...(limit !== undefined && address.kind === 'user' && { limit }),
    }
    const reply = await store.create(request, TIMEOUT)
    same(reply, this.#model.create(request, reply.now))
  }

  /** Of the latest ones the one with this number, counted from the end. */
  #at(n: number): Reference | undefined {
    return this.#model.all.at(-1 - n)
  }

  #secretOf({ address, verifier, next, previous }: Reference, which: number): string {
    const all = [verifier, next?.verifier, previous?.verifier, this.#older.get(address.sid)]
    const secrets = all.filter((each) => each !== undefined)
    return (which === STRANGER ? undefined : secrets[which % secrets.length]) ?? randomWord()
  }
}

function commitOf(
  { changes, core, touch, idle, until: latest }: Commit,
  { fields, core: stored }: Reference,
  request: Pick<CommitRequest, 'address' | 'verifier' | 'grace'>,
): CommitRequest {
  return {
    ...request,
    touch,
    until: latest,
    changes: changes.map(({ field, to, from, onMismatch }): FieldChange => {
      const origin = from === 'what is there' ? fields.get(field) : from === 'nothing' ? undefined : sealed()
      return { field, bytes: to === 'value' ? sealed() : undefined, nonce: nonceOf(origin), onMismatch }
    }),
    ...(core !== 'none' && { core: { bytes: sealed(), nonce: nonceOf(core === 'right' ? stored : sealed()) } }),
    ...(idle !== undefined && { idle }),
  }
}

function same(reply: { readonly now: number }, expected: unknown): void {
  const { now: _, ...rest } = reply
  // The hash of one that was revoked may be gone by now or not.
  const told = 'kind' in rest && rest.kind === 'revoked' ? { ...rest, kind: 'missing' } : rest
  expect(comparable(told)).toEqual(comparable(expected))
}

/** Bytes as text and maps as objects, whatever the backend's own kinds of them. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (value instanceof Map) return comparable(Object.fromEntries(value))
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, comparable(member)]))
}
