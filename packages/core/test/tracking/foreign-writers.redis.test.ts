import { type RedisServer, startRedis } from '@redstart/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { ForeignWriter } from './foreign-writer.ts'
import { follow, type Followed, TYPICAL_MS } from './follow.ts'

const APP = 'shop'
const PATH = 'menu:dish'
const KEY = `${APP}:${PATH}`
const INSTANCES = 3
const ROUNDS = process.env['REDSTART_SOAK'] === '1' ? 10_000 : 300

let server: RedisServer
let writer: ForeignWriter
let instances: readonly Redstart[]

beforeEach(async () => {
  // Keys that expire without being read are removed this many times a second.
  server = await startRedis({ config: ['hz 200'] })
  writer = new ForeignWriter(server.port)
  instances = Array.from({ length: INSTANCES }, () =>
    createRedstart({ backend: redis(server.url), app: APP, coherence: 'tracking', maxStaleness: '2s', deadline: '5s' }),
  )
  await writer.learn(KEY, async () => instances[0]?.cache.set(PATH, 'first'))
})
afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.close()))
  writer.close()
  await server.stop()
})

describe('entries in memory follow what other programs do to Redis within 50 ms or, on a busy machine, soon', () => {
  it(`a plain client that writes, ${ROUNDS} rounds`, async () => {
    const seen = await follow(instances, PATH, ROUNDS, (round) => writer.set(KEY, round))
    expectFollowed(seen)
    // Most reads were answered from memory: it is memory that follows.
    expect(seen.l1).toBeGreaterThan(ROUNDS)
  })

  it(`in a storm of CLIENT KILL, ${ROUNDS} rounds`, async () => {
    const seen = await follow(instances, PATH, ROUNDS, async (round) => {
      if (round % 10 === 0) {
        await writer.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes')
        if (round % 30 === 0) await writer.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      }
      await writer.set(KEY, round)
    })
    expectFollowed(seen)
    // Few on a busy machine, where answers come late.
    expect(seen.l1).toBeGreaterThan(ROUNDS / 20)
  })

  it('redis-cli', async () => {
    const seen = await follow(instances, PATH, 20, async (round) => {
      await writer.set(`other-${KEY}`, round)
      await writer.cli('RENAME', `other-${KEY}`, KEY)
    })
    expectFollowed(seen)
  })

  it('a deletion, an expiry, and another type', async () => {
    for (const remove of [
      () => writer.cli('DEL', KEY),
      () => writer.client.pexpire(KEY, 1),
      () => writer.client.flushall(),
      () => writer.client.multi().del(KEY).hset(KEY, 'field', 'value').exec(),
    ]) {
      await writer.client.del(KEY)
      await instances[0]?.cache.set(PATH, 'there')
      for (const { cache } of instances) expect(await cache.get(PATH)).toBe('there')
      for (const { cache } of instances) expect(await cache.get(PATH)).toBe('there')
      await remove()
      for (const { cache } of instances) await expect.poll(() => cache.get(PATH), { interval: 5 }).toBeUndefined()
    }
  })
})

function expectFollowed(seen: Followed): void {
  expect(seen.late).toEqual([])
  expect(seen.unseen).toEqual([])
  expect(seen.typical).toBeLessThan(TYPICAL_MS)
}
