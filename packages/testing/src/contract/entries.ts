import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { type ContractTest, contractTest } from './contract-test.ts'
import { ask, bytesAt, entry, hard, KEEP, randomGeneration, TIMEOUT } from './requests.ts'
import { eventually, randomApp } from './stores.ts'

const generation = randomGeneration()

export const entryTests: readonly ContractTest[] = [
  contractTest('are undefined where there are none', async ({ store }) => {
    const reply = await store.read({ keys: ['n:1', 'n:2'] }, TIMEOUT)
    expect(reply).toEqual({ entries: [undefined, undefined], snapshot: undefined, answer: undefined })
    expect((await store.read({ keys: [] }, TIMEOUT)).entries).toEqual([])
  }),

  contractTest('come back byte for byte in every store over the same data', async ({ store, other }) => {
    const payloads = [new Uint8Array(), Uint8Array.from({ length: 256 }, (_, n) => n), randomBytes(1_000_000)]
    for (const [n, payload] of payloads.entries()) {
      const request = entry(`n:${n}`, generation, 1, payload)
      expect(await store.write(request, TIMEOUT)).toBe('stored')
      for (const reader of [store, other]) {
        const read = (await reader.read({ keys: [request.key] }, TIMEOUT)).entries[0]
        expect(Buffer.compare(request.bytes, read ?? new Uint8Array())).toBe(0)
      }
    }
  }),

  contractTest('are read in the order of the keys, a key given twice included', async ({ store }) => {
    const [a, b] = [entry('n:a', generation, 1), entry('n:b', generation, 1)]
    await Promise.all([store.write(a, TIMEOUT), store.write(b, TIMEOUT)])
    const { entries } = await store.read({ keys: ['n:b', 'n:absent', 'n:a', 'n:b'] }, TIMEOUT)
    const plain = entries.map((bytes) => bytes && Uint8Array.from(bytes))
    expect(plain).toEqual([b, undefined, a, b].map((request) => request && Uint8Array.from(request.bytes)))
  }),

  contractTest('are kept under any key', async ({ store }) => {
    const keys = ['n:a b', 'n:é漢😀', 'n:*?[a]', 'n:{x}', 'n:a:b:c', 'n:"\'\\', `n:${'x'.repeat(1022)}`, 'm:a b']
    const requests = keys.map((key) => entry(key, generation, 1))
    await Promise.all(requests.map(async (request) => await store.write(request, TIMEOUT)))
    const { entries } = await store.read({ keys }, TIMEOUT)
    for (const [n, request] of requests.entries())
      expect(Buffer.compare(request.bytes, entries[n] ?? new Uint8Array())).toBe(0)
  }),

  contractTest("share no memory with the caller's", async ({ store }) => {
    const request = entry('n:k', generation, 1)
    const before = Uint8Array.from(request.bytes)
    await store.write(request, TIMEOUT)
    request.bytes.fill(0)
    const read = (await store.read({ keys: ['n:k'] }, TIMEOUT)).entries[0]
    expect(read && Uint8Array.from(read)).toEqual(before)
    read?.fill(0)
    expect(await bytesAt(store, 'n:k')).toEqual(before)
  }),

  contractTest('expire after their ttl, which a later write begins anew', async ({ store, other }) => {
    await store.write(entry('n:short', generation, 1, randomBytes(8), 100), TIMEOUT)
    await store.write(entry('n:renewed', generation, 1, randomBytes(8), 100), TIMEOUT)
    expect(await store.write(entry('n:renewed', generation, 1, randomBytes(8), KEEP), TIMEOUT)).toBe('stored')
    await eventually(async () => (await bytesAt(other, 'n:short')) === undefined, 'the expiry of an entry')
    await setTimeout(100)
    expect(await bytesAt(other, 'n:renewed')).toBeDefined()
  }),

  contractTest('live as long as their ttl', async ({ store }) => {
    await store.write(entry('n:k', generation, 1, randomBytes(8), 60_000), TIMEOUT)
    await setTimeout(150)
    expect(await bytesAt(store, 'n:k')).toBeDefined()
  }),

  contractTest('are gone when an invalidation unlinks them, and no others', async ({ store, other }) => {
    const keys = ['n:a', 'n:b', 'n:c']
    await Promise.all(keys.map(async (key) => await store.write(entry(key, generation, 1), TIMEOUT)))
    await other.invalidate(hard(['k:n:a'], { unlink: ['n:a', 'n:b', 'n:absent'] }), TIMEOUT)
    // Unlinking is economy: it may be done a moment after the reply.
    await eventually(
      async () => (await bytesAt(store, 'n:a')) === undefined && (await bytesAt(store, 'n:b')) === undefined,
      'the unlinking',
    )
    expect(await bytesAt(store, 'n:c')).toBeDefined()
  }),

  contractTest('and everything else belong to one app', async ({ store, open: openStore }) => {
    const stranger = openStore(randomApp())
    await store.write(entry('n:k', generation, 1), TIMEOUT)
    await store.invalidate(hard(['t:x']), TIMEOUT)
    expect(await stranger.read({ keys: ['n:k'], names: ['t:x'] }, TIMEOUT)).toMatchObject({
      entries: [undefined],
      snapshot: undefined,
    })
    await stranger.invalidate(hard(['t:y'], { unlink: ['n:k'] }), TIMEOUT)
    expect((await ask(stranger)).generation).not.toBe((await ask(store)).generation)
    expect(await bytesAt(store, 'n:k')).toBeDefined()
    expect((await store.read({ keys: [], names: ['t:y'] }, TIMEOUT)).snapshot?.markers.size).toBe(0)
  }),
]
