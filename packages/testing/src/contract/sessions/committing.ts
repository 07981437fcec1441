import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { TIMEOUT } from '../requests.ts'
import {
  anonymous,
  change,
  commit,
  fieldsOf,
  HOUR,
  kindOf,
  loaded,
  make,
  nonceOf,
  NEVER,
  ofUser,
  plain,
  randomWord,
  rotate,
  sealed,
} from './session-requests.ts'
import { type SessionTest, sessionTest } from './session-stores.ts'

export const commitTests: readonly SessionTest[] = [
  sessionTest('sets, changes and deletes fields, and no others', async ({ store, other }) => {
    for (const address of [anonymous(), ofUser()]) {
      const [a, b, c] = [sealed(), sealed(), sealed()]
      const made = await make(store, { address, fields: new Map(Object.entries({ a, b, c })) })
      const [a2, d] = [sealed(), sealed()]
      const changes = [change('a', a2, a), change('b', undefined, b), change('d', d)]
      expect(await commit(other, made, changes)).toMatchObject({ kind: 'committed', secret: 'current', mismatched: [] })
      expect(await fieldsOf(store, made)).toEqual({ a: a2, c, d })
    }
  }),

  sessionTest('changes all the same, or leaves, what another one changed, and says so', async ({ store }) => {
    const theirs = { a: sealed(), b: sealed() }
    const made = await make(store, { fields: new Map(Object.entries(theirs)) })
    const [a, b, c] = [sealed(), sealed(), sealed()]
    const changes = [
      change('a', a, sealed(), 'change'),
      change('b', b, undefined, 'leave'),
      change('c', c, undefined, 'leave'),
      change('d', undefined, sealed(), 'change'),
    ]
    const reply = await commit(store, made, changes)
    expect(reply.kind === 'committed' ? [...reply.mismatched].sort() : reply.kind).toEqual(['a', 'b', 'd'])
    expect(await fieldsOf(store, made)).toEqual({ a, b: theirs.b, c })
  }),

  sessionTest('that is refused changes nothing, and tells what is there', async ({ store }) => {
    const [a, b] = [sealed(), sealed()]
    const made = await make(store, { fields: new Map(Object.entries({ a, b })) })
    const changes = [
      change('a', sealed(), a),
      change('b', sealed(), sealed()),
      change('c', sealed(), sealed()),
      change('d', sealed(), sealed(), 'change'),
      change('e', sealed(), sealed(), 'leave'),
    ]
    const reply = await commit(store, made, changes)
    expect(reply.kind === 'conflict' ? plain(reply.fields) : reply.kind).toEqual({ b, c: undefined })
    expect(await fieldsOf(store, made)).toEqual({ a, b })
  }),

  sessionTest('replaces the core that it was made from, and no other', async ({ store }) => {
    const made = await make(store)
    const [core, a] = [sealed(), sealed()]
    const foreign = { bytes: core, nonce: nonceOf(sealed()) }
    const refused = await commit(store, made, [change('a', a)], { core: foreign })
    expect(refused.kind === 'conflict' ? plain(refused.fields) : refused.kind).toEqual({})
    expect(await fieldsOf(store, made)).toEqual({})
    const own = { bytes: core, nonce: nonceOf(made.core) }
    expect(await commit(store, made, [change('a', a)], { core: own })).toMatchObject({ kind: 'committed' })
    const record = await loaded(store, made)
    expect(Uint8Array.from(record.core)).toEqual(core)
    expect(plain(record.fields)).toEqual({ a })
  }),

  sessionTest('makes no more than 64 fields', async ({ store }) => {
    const fields = new Map(Array.from({ length: 63 }, (_, n) => [`f${n}`, sealed()]))
    const made = await make(store, { fields })
    expect(await commit(store, made, [change('x', sealed()), change('y', sealed())])).toMatchObject({ kind: 'full' })
    expect(Object.keys(await fieldsOf(store, made))).toHaveLength(63)
    expect(await commit(store, made, [change('x', sealed())])).toMatchObject({ kind: 'committed' })
    expect(await commit(store, made, [change('y', sealed())])).toMatchObject({ kind: 'full' })
    const instead = [
      change('y', sealed()),
      change('f0', undefined, fields.get('f0')),
      change('f1', sealed(), fields.get('f1')),
    ]
    expect(await commit(store, made, instead)).toMatchObject({ kind: 'committed' })
    expect(Object.keys(await fieldsOf(store, made))).toHaveLength(64)
  }),

  sessionTest('that comes too late does nothing', async ({ store }) => {
    const made = await make(store)
    const next = randomWord()
    await rotate(store, made, next)
    const until = (await store.time(TIMEOUT)) - 1
    const late = await commit(store, { ...made, verifier: next }, [change('a', sealed())], { until, touch: true })
    expect(late).toEqual({ kind: 'late', now: late.now })
    const record = await loaded(store, made)
    expect(record).toMatchObject({ secret: 'current', touched: record.created })
    expect(plain(record.fields)).toEqual({})
  }),

  sessionTest('notes a use when it is to', async ({ store }) => {
    const made = await make(store)
    await setTimeout(20)
    await commit(store, made, [change('a', sealed())])
    const { touched, created } = await loaded(store, made)
    expect(touched).toBe(created)
    const { now } = await commit(store, made, [], { touch: true })
    expect(await loaded(store, made)).toMatchObject({ touched: now })
  }),

  sessionTest('gives another idle time', async ({ store }) => {
    const address = ofUser()
    const made = await make(store, { address, absolute: (await store.time(TIMEOUT)) + 50 * HOUR })
    await commit(store, made, [], { idle: 20 * HOUR })
    const { idle, created, absolute } = await loaded(store, made)
    expect(idle).toBe(20 * HOUR)
    expect(await store.list(address.tag, TIMEOUT)).toMatchObject([{ expires: created + 20 * HOUR }])
    await commit(store, made, [], { idle: 100 * HOUR, touch: true })
    expect(await store.list(address.tag, TIMEOUT)).toMatchObject([{ expires: absolute }])
    await commit(store, made, [], { idle: 1, touch: true })
    await setTimeout(20)
    expect(await kindOf(store, made)).toBe('missing')
  }),

  sessionTest('with another secret, or of no record, does nothing', async ({ store }) => {
    const made = await make(store)
    expect(await commit(store, { ...made, verifier: 'v' }, [change('a', sealed())])).toMatchObject({ kind: 'reuse' })
    expect(await fieldsOf(store, made)).toEqual({})
    for (const address of [anonymous(), ofUser()]) {
      expect(await commit(store, { address, verifier: 'v' }, [change('a', sealed())])).toMatchObject({
        kind: 'missing',
      })
      expect(await kindOf(store, { address, verifier: 'v' })).toBe('missing')
    }
  }),

  sessionTest('takes bytes as they were', async ({ store }) => {
    const made = await make(store)
    const a = sealed()
    const before = a.slice()
    const committed = commit(store, made, [change('a', a)], { until: NEVER })
    a.fill(0)
    await committed
    expect(await fieldsOf(store, made)).toEqual({ a: before })
  }),
]
