import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SessionStore } from '../../src/session/session-store.ts'
import { committing, HOUR, load, make, ofUser, openSessions, rotating, sealed, TIMEOUT, word } from './open-sessions.ts'

let server: RedisServer
let store: SessionStore
let app: string
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())
beforeEach(() => {
  ;({ store, app } = openSessions(server.url))
  return () => store.close()
})

const recordKey = (tag: string, sid: string): string => `${app}:web:{${tag}}:s:${sid}`
const indexKey = (tag: string): string => `${app}:web:{${tag}}:u`

describe('what lies in Redis', () => {
  it('is under one slot for each user and for each session of nobody', async () => {
    const address = ofUser()
    await make(store, { address })
    await make(store, { address: { kind: 'anonymous', sid: 'visitor' } })
    const keys = (await server.command('KEYS', `${app}:*`)) as string[]
    expect(keys.sort()).toEqual(
      [recordKey(address.tag, address.sid), indexKey(address.tag), recordKey('visitor', 'visitor')].sort(),
    )
  })

  it('has a life of its own in each key, whatever was done', async () => {
    const address = ofUser()
    const made = await make(store, { address, limit: { max: 3, onExceed: 'evict-soonest-to-expire' } })
    await make(store, { address: ofUser(address.tag) })
    await load(store, made, { touchAfter: 0 })
    await store.commit(committing(made, { idle: 2 * HOUR }), TIMEOUT)
    const next = word()
    await store.rotate(rotating(made, next), TIMEOUT)
    await load(store, { ...made, verifier: next })
    await store.revokeAll({ tag: address.tag, except: address.sid }, TIMEOUT)
    const another = await make(store)
    await store.end({ ...another, grace: HOUR }, TIMEOUT)
    await store.admit({ client: 'client', limit: 3, window: HOUR }, TIMEOUT)
    const expires = (await store.time(TIMEOUT)) + HOUR
    await store.note([{ kind: 'created', sid: word(), device: 'mobile', created: expires, expires }], TIMEOUT)
    await store.note([{ kind: 'ended', sid: word() }], TIMEOUT)
    const keys = (await server.command('KEYS', `${app}:*`)) as string[]
    expect(keys.length).toBeGreaterThanOrEqual(7)
    for (const key of keys) expect([key, Number(await server.command('PTTL', key)) > 0]).toEqual([key, true])
  })

  it('lives as long as the session', async () => {
    const address = ofUser()
    const made = await make(store, { address, idle: HOUR })
    const [record, index] = [recordKey(address.tag, address.sid), indexKey(address.tag)]
    const ends = async (): Promise<unknown[]> => [
      await server.command('PEXPIRETIME', record),
      await server.command('PEXPIRETIME', index),
      Number(await server.command('ZSCORE', index, address.sid)),
    ]
    const first = await load(store, made)
    const created = first.kind === 'loaded' ? first.created : 0
    expect(await ends()).toEqual([created + HOUR, created + HOUR, created + HOUR])
    const { now } = await store.commit(committing(made, { idle: 3 * HOUR }), TIMEOUT)
    expect(await ends()).toEqual([now + 3 * HOUR, now + 3 * HOUR, now + 3 * HOUR])
    // The index lives as long as its last one.
    const short = await make(store, { address: ofUser(address.tag), idle: 10_000 })
    expect(await load(store, short, { touchAfter: 0 })).toMatchObject({ noted: true })
    expect(await server.command('PEXPIRETIME', index)).toBe(now + 3 * HOUR)
  })

  it('has no secret and no more than the verifiers in clear', async () => {
    const { tag, sid } = ofUser()
    const made = await make(store, { address: ofUser(tag, sid), fields: new Map([['cart', sealed()]]) })
    await store.rotate(rotating(made, 'the-next-verifier'), TIMEOUT)
    const stored = (await server.command('HKEYS', recordKey(tag, sid))) as string[]
    expect(stored.sort()).toEqual(['c', 'd:cart', 'h', 'i', 'k', 'n', 'q', 't', 'v', 'w', 'x'])
  })
})

it('what was created longer ago than an hour is counted no more', async () => {
  const now = await store.time(TIMEOUT)
  await store.note([{ kind: 'created', sid: word(), device: 'bot', created: now, expires: now + HOUR }], TIMEOUT)
  const key = `${app}:web:{${app}:web:bot}:created`
  expect(await server.command('EXISTS', key)).toBe(1)
  const minute = Math.floor(now / 60_000)
  const old = Array.from({ length: 64 }, (_, n) => minute - 64 - n)
  await server.command('HSET', key, ...old.flatMap((each) => [String(each % 64), `${each} 7`]))
  const { createdPerMinute } = await store.statistics({ within: HOUR }, TIMEOUT)
  expect(createdPerMinute.every((count) => count === 0)).toBe(true)
  await store.note([{ kind: 'created', sid: word(), device: 'bot', created: now, expires: now + HOUR }], TIMEOUT)
  const after = await store.statistics({ within: HOUR }, TIMEOUT)
  expect(after.createdPerMinute.reduce((sum, each) => sum + each, 0)).toBe(1)
})

describe('what is left', () => {
  it('of a session whose place another one took has nothing of it, for a minute', async () => {
    const { tag, sid } = ofUser()
    const made = await make(store, { address: ofUser(tag, sid), fields: new Map([['cart', sealed()]]) })
    await store.end({ ...made, grace: 0 }, TIMEOUT)
    expect(await server.command('HGETALL', recordKey(tag, sid))).toEqual(['v', '1', 'ended', '1'])
    const left = Number(await server.command('PTTL', recordKey(tag, sid)))
    expect(left).toBeGreaterThan(50_000)
    expect(left).toBeLessThanOrEqual(60_000)
  })

  it.each(['revoked', 'evicted', 'of a user whose sessions were all revoked'])(
    'of one that was %s is nothing',
    async (how) => {
      const { tag, sid } = ofUser()
      await make(store, { address: ofUser(tag, sid) })
      if (how === 'revoked') await store.revoke({ addresses: [ofUser(tag, sid)] }, TIMEOUT)
      else if (how === 'evicted')
        await make(store, { address: ofUser(tag), limit: { max: 1, onExceed: 'evict-soonest-to-expire' } })
      else await store.revokeAll({ tag }, TIMEOUT)
      // On the same connection as what was sent in the background.
      await store.time(TIMEOUT)
      expect(await server.command('EXISTS', recordKey(tag, sid))).toBe(0)
    },
  )
})

describe('what is lost or foreign', () => {
  it('is a lost index: nobody is signed in, and nothing brings it back', async () => {
    const address = ofUser()
    const made = await make(store, { address })
    await server.command('DEL', indexKey(address.tag))
    expect(await load(store, made, { touchAfter: 0 })).toMatchObject({ kind: 'revoked' })
    expect(await store.commit(committing(made), TIMEOUT)).toMatchObject({ kind: 'revoked' })
    expect(await store.rotate(rotating(made), TIMEOUT)).toMatchObject({ kind: 'revoked' })
    expect(await store.end({ ...made, grace: 0 }, TIMEOUT)).toMatchObject({ kind: 'revoked' })
    expect(await server.command('EXISTS', indexKey(address.tag))).toBe(0)
    await make(store, { address: ofUser(address.tag) })
    expect(await load(store, made)).toMatchObject({ kind: 'revoked' })
    expect(await store.list(address.tag, TIMEOUT)).toHaveLength(1)
  })

  it('is something else under the key of an index: it counts as a lost one, which a log-in replaces', async () => {
    const address = ofUser()
    const { tag } = address
    const made = await make(store, { address })
    await server.command('SET', indexKey(tag), 'x')
    expect(await load(store, made, { touchAfter: 0 })).toMatchObject({ kind: 'revoked' })
    expect(await store.commit(committing(made), TIMEOUT)).toMatchObject({ kind: 'revoked' })
    expect(await store.list(tag, TIMEOUT)).toEqual([])
    expect((await store.revoke({ addresses: [address] }, TIMEOUT)).sids).toEqual([])
    const limit = { max: 1, onExceed: 'reject' } as const
    const next = await make(store, { address: ofUser(tag), limit })
    expect(await load(store, next)).toMatchObject({ kind: 'loaded' })
    expect(await store.list(tag, TIMEOUT)).toHaveLength(1)
    await server.command('SET', indexKey(tag), 'x')
    expect((await store.revokeAll({ tag }, TIMEOUT)).sids).toEqual([])
    expect(await load(store, next)).toMatchObject({ kind: 'revoked' })
  })

  it('is a lost record: it leaves the index, unless nothing may change', async () => {
    const address = ofUser()
    const made = await make(store, { address })
    await server.command('DEL', recordKey(address.tag, address.sid))
    expect(await store.list(address.tag, TIMEOUT)).toEqual([])
    expect(await load(store, made, { readOnly: true })).toMatchObject({ kind: 'missing' })
    expect(await server.command('ZCARD', indexKey(address.tag))).toBe(1)
    expect(await load(store, made)).toMatchObject({ kind: 'missing' })
    expect(await server.command('EXISTS', indexKey(address.tag))).toBe(0)
  })

  it('is something else under the key of a record', async () => {
    const address = ofUser()
    const made = await make(store, { address })
    await server.command('SET', recordKey(address.tag, address.sid), 'x')
    expect(await load(store, made)).toMatchObject({ kind: 'missing' })
    expect((await store.revoke({ addresses: [address] }, TIMEOUT)).sids).toEqual([])
    expect(await server.command('EXISTS', recordKey(address.tag, address.sid))).toBe(0)
  })

  it.each([
    ['another version', ['HSET', 'v', '2']],
    ['no verifier', ['HDEL', 'h']],
    ['an end that is no number', ['HSET', 'x', 'never']],
    ['no core', ['HDEL', 'k']],
  ])('is a layout that is not understood: %s', async (_, [command = '', ...args]) => {
    const address = ofUser()
    const made = await make(store, { address })
    await server.command(command, recordKey(address.tag, address.sid), ...args)
    for (const readOnly of [false, true])
      expect(await load(store, made, { readOnly })).toMatchObject({ kind: 'unknown' })
    expect(await store.commit(committing(made), TIMEOUT)).toMatchObject({ kind: 'unknown' })
    expect(await store.end({ ...made, grace: 0 }, TIMEOUT)).toMatchObject({ kind: 'unknown' })
    expect((await store.revoke({ addresses: [address] }, TIMEOUT)).sids).toEqual([address.sid])
    expect(await load(store, made)).toMatchObject({ kind: 'missing' })
  })

  it('is a record that somebody made live on: it ends at its absolute end all the same', async () => {
    const address = ofUser()
    const made = await make(store, { address, absolute: (await store.time(TIMEOUT)) + 1500 })
    await server.command('PERSIST', recordKey(address.tag, address.sid))
    await server.command('ZADD', indexKey(address.tag), '9007199254740991', address.sid)
    await server.command('PERSIST', indexKey(address.tag))
    let kind = 'loaded'
    for (let n = 0; n < 1000 && kind === 'loaded'; n += 1) {
      ;({ kind } = await load(store, made))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(kind).toBe('expired')
    expect(await store.commit(committing(made), TIMEOUT)).toMatchObject({ kind: 'expired' })
    expect(await store.list(address.tag, TIMEOUT)).toEqual([])
  })
})
