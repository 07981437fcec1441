import { randomBytes } from 'node:crypto'
import type { CacheStore, WriteRequest } from '@redstart/core'
import { expect } from 'vitest'
import { type ContractTest, contractTest } from './contract-test.ts'
import { bytesAt, entry, hard, KEEP, randomGeneration, TIMEOUT } from './requests.ts'
import { eventually } from './stores.ts'

/** Pairs in whose order text, 32-bit and signed numbers go wrong. */
const CLOCKS: readonly (readonly [lower: number, higher: number])[] = [
  [1, 2],
  [9, 10],
  [255, 256],
  [99, 100_000],
  [2 ** 31 - 1, 2 ** 31],
  [2 ** 32 - 1, 2 ** 32],
  [7, 2 ** 32 + 5],
  [2 ** 53 - 2, 2 ** 53 - 1],
]

const generation = randomGeneration()
const write = async (store: CacheStore, request: WriteRequest): Promise<string> => await store.write(request, TIMEOUT)
const kept = async (store: CacheStore, request: WriteRequest): Promise<void> =>
  expect(await bytesAt(store, request.key)).toEqual(Uint8Array.from(request.bytes))

export const rankingTests: readonly ContractTest[] = [
  ...CLOCKS.map(([lower, higher]) =>
    contractTest(
      `of one generation the one with clock ${lower} never replaces the one with ${higher}`,
      async ({ store, other }) => {
        const [low, high] = [entry('n:k', generation, lower), entry('n:k', generation, higher)]
        expect(await write(store, low)).toBe('stored')
        expect(await write(other, high)).toBe('stored')
        expect(await write(store, low)).toBe('outranked')
        await kept(store, high)
      },
    ),
  ),

  contractTest('of one clock the later stays', async ({ store, other }) => {
    const [first, second] = [entry('n:k', generation, 5), entry('n:k', generation, 5)]
    expect([await write(store, first), await write(other, second)]).toEqual(['stored', 'stored'])
    await kept(store, second)
  }),

  contractTest('of two generations the later stays, whatever the clocks', async ({ store, other }) => {
    // One bit apart, at either end.
    for (const later of [`1${'0'.repeat(31)}`, `${'0'.repeat(31)}1`]) {
      const [before, after] = [entry('n:k', '0'.repeat(32), 100), entry('n:k', later, 3)]
      expect([await write(store, before), await write(other, after)]).toEqual(['stored', 'stored'])
      await kept(store, after)
    }
  }),

  contractTest('an expired one outranks nothing', async ({ store }) => {
    await write(store, entry('n:k', generation, 9, randomBytes(8), 50))
    await eventually(async () => (await bytesAt(store, 'n:k')) === undefined, 'the expiry of an entry')
    expect(await write(store, entry('n:k', generation, 5))).toBe('stored')
  }),

  contractTest('one that is refused changes neither bytes nor expiry', async ({ store }) => {
    await write(store, entry('n:k', generation, 9, randomBytes(8), 1000))
    expect(await write(store, entry('n:k', generation, 8, randomBytes(8), KEEP))).toBe('outranked')
    await eventually(async () => (await bytesAt(store, 'n:k')) === undefined, 'the expiry of an entry')
  }),

  contractTest('foreign bytes are taken over', async ({ store }) => {
    const request = entry('n:k', generation, 3)
    const header = Uint8Array.from(entry('n:k', generation, 100).bytes)
    const withByte = (at: number, value: number): Uint8Array =>
      Uint8Array.from(header, (byte, n) => (n === at ? value : byte))
    const foreign = [
      new Uint8Array(),
      Buffer.from('{"json":true}'),
      header.subarray(0, 27),
      withByte(0, 0xc2),
      withByte(1, 2),
      withByte(3, 0),
    ]
    for (const bytes of foreign) {
      await write(store, { ...request, bytes, clock: 100 })
      expect(await bytesAt(store, 'n:k')).toEqual(Uint8Array.from(bytes))
      expect(await write(store, request)).toBe('stored')
      await kept(store, request)
      // The next one must be stored again.
      await store.invalidate(hard(['k:n:k'], { unlink: ['n:k'] }), TIMEOUT)
      await eventually(async () => (await bytesAt(store, 'n:k')) === undefined, 'the unlinking')
    }
  }),

  contractTest('the highest stays when many race', async ({ store, other }) => {
    const requests = Array.from({ length: 60 }, (_, n) => entry('n:k', generation, 1 + ((n * 37) % 60)))
    await Promise.all(requests.map(async (request, n) => await write(n % 2 === 0 ? store : other, request)))
    const highest = requests.find(({ clock }) => clock === 60)
    if (highest === undefined) expect.fail('the clocks do not hold 60')
    await kept(store, highest)
  }),
]
