import { setTimeout as wait } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { closeAll, openInstance } from './browser.ts'
import { runSteps, type Step, steps } from './model.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => {
  await closeAll()
  await server.stop()
})

/** In ms: what is to happen within them happens on a machine that stands still for a second, too. */
const GRACE = 2500
const EVERY = 1000

/** Each lets time pass twice at most: it is real. */
function inTime(all: readonly Step[]): readonly Step[] {
  let passed = 0
  return all.filter(({ kind }) => kind !== 'pass' || ++passed <= 2)
}

it('so it is with Redis, for many browsers at once', async () => {
  let rotations = 0
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 20 }), async (browsers) => {
      await Promise.all(
        browsers.map(async (all) => {
          const opened = openInstance(redis(server.url), {
            sessions: { rotateEvery: EVERY, grace: GRACE, touchAfter: 0 },
          })
          await runSteps(opened, inTime(all), async (long) => await wait<undefined>(long ? GRACE + 100 : EVERY + 50))
          rotations += opened.of('session.rotated').filter(({ phase }) => phase === 'taken').length
        }),
      )
    }),
    { numRuns: 1 },
  )
  expect(rotations).toBeGreaterThan(3)
})
