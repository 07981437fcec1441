import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CacheStore } from '../../src/cache/cache-store.ts'
import { systemClock } from '../../src/clock.ts'
import { memory } from '../../src/memory/index.ts'
import { redis } from '../../src/redis/index.ts'
import { entry, G1, G2, invalidation, Server } from './server.ts'

let server: Server
beforeAll(async () => {
  server = await Server.start()
})
afterAll(() => server.stop())

const NAMES = ['a', 'b', 'é:*', 'f{}', 't:n:0', 'k:n:0', 'k:n:1', 'k:m:é:{}', 'p:n:', 'p:m:a b:', 'p:l:', 'p:', 'k::0']
const KEYS = ['n:0', 'n:1']

const generations = fc.constantFrom(G1, G2)
const invalidating = fc.record({
  names: fc.array(fc.constantFrom(...NAMES), { maxLength: 4 }),
  kind: fc.constantFrom('hard' as const, 'soft' as const),
  deadline: fc.oneof(
    fc.constant(Infinity),
    fc.integer({ min: -5, max: 1000 }),
    fc.integer({ min: 9e12, max: 9e12 + 100 }).map((ms) => ms + 0.5),
  ),
  unlink: fc.subarray(KEYS),
  candidate: generations,
})
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: invalidating.map(
      (request) =>
        (store: CacheStore): Promise<unknown> =>
          store.invalidate(invalidation(request.names, request), 5000),
    ),
  },
  {
    weight: 1,
    arbitrary: generations.map((candidate) => async (store: CacheStore): Promise<unknown> => {
      const { answer } = await store.read({ keys: [], question: { candidate, keep: 60_000 } }, 5000)
      return [answer?.generation, answer?.clock]
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        key: fc.constantFrom(...KEYS),
        generation: generations,
        clock: fc.integer({ min: 0, max: 5 }),
        ours: fc.boolean(),
      })
      .map(
        ({ key, generation, clock, ours }) =>
          (store: CacheStore): Promise<unknown> =>
            store.write(
              { key, bytes: ours ? entry(generation, clock) : Buffer.from('foreign'), ttl: 60_000, generation, clock },
              5000,
            ),
      ),
  },
)

let run = 0

it('memory and Redis answer the same to the same commands, and hold the same view after each', async () => {
  const [inRedis, inMemory] = [redis({ url: server.url, markers: 4 }), memory({ markers: 4 })]
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 60 }), async (commands) => {
      const context = { app: `same${++run}`, clock: systemClock() }
      const stores = [inRedis.cache(context), inMemory.cache(context)]
      try {
        for (const act of commands) {
          const [ofRedis, ofMemory] = await Promise.all(
            stores.map(async (store) => {
              const result = await act(store)
              const { snapshot, entries } = await store.read({ keys: KEYS, names: NAMES }, 5000)
              return { result, snapshot, entries: entries.map((bytes) => bytes && Buffer.from(bytes).toString('hex')) }
            }),
          )
          expect(ofRedis).toEqual(ofMemory)
        }
      } finally {
        await Promise.all(stores.map((store) => store.close()))
      }
    }),
    { numRuns: 60 },
  )
})
