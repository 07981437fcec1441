import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { CacheStore, TouchRequest } from '@redstart/core'
import { decodeEntry } from '@redstart/core/wire'
import { expect } from 'vitest'
import { type ContractTest, contractTest } from './contract-test.ts'
import { bytesAt, entry, hard, KEEP, randomGeneration, TIMEOUT } from './requests.ts'
import { eventually, randomApp } from './stores.ts'

const generation = randomGeneration()
/** Instants as large as they get, so that no number in between loses any. */
const LIFE = { freshUntil: 1_999_999_999_999, staleUntil: Number.MAX_SAFE_INTEGER }

export const touchTests: readonly ContractTest[] = [
  contractTest(
    'changes both instants in every store over the same data, and nothing else',
    async ({ store, other }) => {
      const payloads = [new Uint8Array(), randomBytes(100_000)]
      for (const [n, payload] of payloads.entries()) {
        const request = entry(`n:${n}`, generation, 7, payload)
        await store.write(request, TIMEOUT)
        expect(await touch(other, { key: request.key })).toBe(true)
        const before = decoded(request.bytes)
        for (const reader of [store, other])
          expect(decoded(await bytesAt(reader, request.key))).toEqual({ ...before, ...LIFE })
      }
    },
  ),

  contractTest('lets an entry live longer', async ({ store, other }) => {
    await store.write(entry('n:k', generation, 7, randomBytes(8), 1500), TIMEOUT)
    await store.write(entry('n:untouched', generation, 7, randomBytes(8), 1500), TIMEOUT)
    expect(await touch(store, { ttl: KEEP })).toBe(true)
    await eventually(async () => (await bytesAt(other, 'n:untouched')) === undefined, 'the expiry of an entry')
    await setTimeout(100)
    expect(await bytesAt(other, 'n:k')).toBeDefined()
  }),

  contractTest('lets an entry live shorter', async ({ store, other }) => {
    await store.write(entry('n:k', generation, 7), TIMEOUT)
    expect(await touch(store, { ttl: 100 })).toBe(true)
    await eventually(async () => (await bytesAt(other, 'n:k')) === undefined, 'the expiry of an entry')
  }),

  contractTest(
    'leaves the clock: a write of a later one still replaces it, one of an earlier one does not',
    async ({ store }) => {
      await store.write(entry('n:k', generation, 7), TIMEOUT)
      for (let n = 0; n < 3; n++) await touch(store)
      expect(await store.write(entry('n:k', generation, 6), TIMEOUT)).toBe('outranked')
      expect(await store.write(entry('n:k', generation, 7), TIMEOUT)).toBe('stored')
      expect(await store.write(entry('n:k', generation, 8), TIMEOUT)).toBe('stored')
    },
  ),

  contractTest('of another entry than the one that is there changes nothing', async ({ store }) => {
    const request = entry('n:k', generation, 7)
    await store.write(request, TIMEOUT)
    for (const other of [{ clock: 6 }, { clock: 8 }, { generation: randomGeneration() }])
      expect(await touch(store, { ttl: 50, ...other })).toBe(false)
    await setTimeout(150)
    expect(await bytesAt(store, 'n:k')).toEqual(Uint8Array.from(request.bytes))
  }),

  contractTest('tells large clocks apart', async ({ store }) => {
    const clock = 2 ** 52 + 1
    await store.write(entry('n:k', generation, clock), TIMEOUT)
    expect(await touch(store, { clock: clock - 1 })).toBe(false)
    expect(await touch(store, { clock: clock + 1 })).toBe(false)
    expect(await touch(store, { clock })).toBe(true)
  }),

  contractTest('of what is not there makes nothing', async ({ store, open }) => {
    expect(await touch(store)).toBe(false)
    expect(await bytesAt(store, 'n:k')).toBeUndefined()
    const stranger = open(randomApp())
    await stranger.write(entry('n:k', generation, 7), TIMEOUT)
    expect(await touch(store)).toBe(false)
    await store.write(entry('n:short', generation, 7, randomBytes(8), 100), TIMEOUT)
    await setTimeout(200)
    expect(await touch(store, { key: 'n:short' })).toBe(false)
    expect(await bytesAt(store, 'n:short')).toBeUndefined()
  }),

  contractTest('of what is no entry, or one of another layout, changes nothing', async ({ store }) => {
    const good = entry('n:k', generation, 7)
    const [layout, version] = [Uint8Array.from(good.bytes), Uint8Array.from(good.bytes)]
    version[1] = 99
    layout[3] = 99
    const text = new TextEncoder().encode(JSON.stringify({ value: 'x'.repeat(100) }))
    for (const bytes of [
      version,
      layout,
      new Uint8Array(),
      good.bytes.subarray(0, 20),
      text,
      randomBytes(200).fill(0, 0, 1),
    ]) {
      await store.remove(['n:k'], TIMEOUT)
      await store.write({ ...good, bytes }, TIMEOUT)
      expect(await touch(store)).toBe(false)
      expect(await bytesAt(store, 'n:k')).toEqual(Uint8Array.from(bytes))
    }
  }),

  contractTest('is no invalidation and ends none', async ({ store }) => {
    await store.write(entry('n:k', generation, 7), TIMEOUT)
    const { clock } = await store.invalidate(hard(['k:n:k']), TIMEOUT)
    expect(await touch(store)).toBe(true)
    const { snapshot } = await store.read({ keys: [], names: ['k:n:k'] }, TIMEOUT)
    expect(snapshot).toMatchObject({ clock })
    expect(snapshot?.markers.get('k:n:k')).toMatchObject({ hard: clock })
  }),
]

function touch(store: CacheStore, more: Partial<TouchRequest> = {}): Promise<boolean> {
  return store.touch({ key: 'n:k', ttl: KEEP, generation, clock: 7, ...LIFE, ...more }, TIMEOUT)
}

/** An entry's parts, which say more than bytes where a test fails. */
function decoded(bytes: Uint8Array | undefined): object {
  const read = bytes && decodeEntry(bytes)
  if (read?.ok !== true) return expect.fail('there is no entry')
  return { ...read.entry, payload: Uint8Array.from(read.entry.payload) }
}
