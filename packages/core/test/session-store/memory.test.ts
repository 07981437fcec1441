import { manualClock } from '@redstart/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MemoryOptions, memory } from '../../src/memory/index.ts'
import type { SessionStore } from '../../src/session/session-store.ts'
import { HOUR, load, make, NEVER, ofUser, TIMEOUT, word } from './open-sessions.ts'

const clock = manualClock()
let store: SessionStore

function open(options: MemoryOptions): SessionStore {
  return (
    memory(options).sessions?.({ app: 'app', clock }, { namespace: 'web' }) ?? expect.fail('memory keeps no sessions')
  )
}

const visitor = { kind: 'anonymous', sid: '' } as const
const kindOf = async (...args: Parameters<typeof load>): Promise<string> => (await load(...args)).kind

describe('as many sessions as memory may hold', () => {
  beforeEach(() => {
    store = open({ maxSessions: 3 })
  })

  it('make room by the visitor whose session ends soonest', async () => {
    const user = await make(store, { idle: 1 })
    const later = await make(store, { address: { ...visitor, sid: 'later' }, idle: 2 * HOUR })
    const sooner = await make(store, { address: { ...visitor, sid: 'sooner' }, idle: HOUR })
    const next = await make(store, { address: { ...visitor, sid: 'next' }, idle: 3 * HOUR })
    const kinds = await Promise.all([user, later, sooner, next].map(async (each) => await kindOf(store, each)))
    expect(kinds).toEqual(['loaded', 'loaded', 'missing', 'loaded'])
    await make(store)
    expect(await kindOf(store, later)).toBe('missing')
  })

  it('of signed-in users refuse another one, and stay', async () => {
    const made = [await make(store), await make(store), await make(store)]
    const refused = { code: 'STORE_FAILED', message: expect.stringContaining('maxSessions') }
    await expect(make(store)).rejects.toMatchObject(refused)
    await expect(make(store, { address: { ...visitor, sid: 'visitor' } })).rejects.toMatchObject(refused)
    for (const each of made) expect(await kindOf(store, each)).toBe('loaded')
    const [first] = made
    if (first) await store.revoke({ addresses: [first.address] }, TIMEOUT)
    await make(store)
  })

  it('make room by those that ended by themselves', async () => {
    for (let n = 0; n < 3; n += 1) await make(store, { idle: 1000 })
    clock.advance(1001)
    await make(store)
  })
})

it('sessions that have ended do not pile up', async () => {
  store = open({})
  const tag = word()
  for (let n = 0; n < 2000; n += 1) {
    await make(store, { address: ofUser(tag), idle: 1000 })
    clock.advance(10)
  }
  expect((await store.list(tag, TIMEOUT)).length).toBe(99)
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < 20_000; n += 1) {
    await make(store, { address: ofUser(), idle: 1000, absolute: NEVER })
    clock.advance(10)
  }
  // Each would take some hundred bytes.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000)
})

it('a bound that is none is refused', () => {
  for (const maxSessions of [0, -1, 1.5, Number.NaN]) expect(() => memory({ maxSessions })).toThrow('maxSessions')
})

it('sessions end by the injected clock', async () => {
  store = open({})
  const made = await make(store, { idle: 1000 })
  clock.advance(999)
  expect(await kindOf(store, made)).toBe('loaded')
  clock.advance(1)
  expect(await kindOf(store, made)).toBe('missing')
})
