import { describe, expect, it } from 'vitest'
import { capacityOf } from '../../../src/rate-limit/rule.ts'
import { modelOf } from '../models.ts'
import type { Place } from '../places.ts'
import { seeded } from '../random.ts'
import { POLICIES } from './policies.ts'
import { checked, itemOf, lone, pause } from './steps.ts'

/** Each way to count does what its definition says: step by step, number by number. */
export function equivalenceTests(place: Place, steps: number): void {
  describe.each(Object.entries(POLICIES))('%s', (_, policy) => {
    it('decides as its definition does, and tells the wait to the microsecond', async () => {
      await seeded(async (random) => {
        const timed = place.timed()
        const model = modelOf(policy.rule)
        const most = capacityOf(policy.rule)
        for (let step = 0; step < steps; step += 1) {
          timed.now += pause(random, policy.windowMs * 1000)
          const cost = random.pick([1, 1, 1, 2, 1 + random.below(most), 0])
          const item = itemOf(policy, 'k', cost)
          const [now, wanted] = [BigInt(timed.now), BigInt(cost)]
          const expected = model.look(now, wanted)
          const { allowed, results } = await checked(timed, item)
          const result = results[0] ?? expect.fail('nothing was told')
          const about = `step ${step}, cost ${cost}, at ${timed.now}`
          expect([allowed, result.passed], about).toEqual([expected.passes, expected.passes ? 'yes' : 'no'])
          if (allowed && cost > 0) model.take(now, wanted)
          const after = model.look(now, 1n)
          expect([result.remaining, result.reset], about).toEqual([Number(after.remaining), Number(after.reset)])
          if (!allowed) await expectTight(timed, item, Number(expected.wait), result.wait)
        }
        await timed.store.close()
      })
    })

    it('refuses for good what is more than there can be', async () => {
      const timed = place.timed()
      const most = capacityOf(policy.rule)
      expect(await checked(timed, itemOf(policy, 'k', most + 1))).toMatchObject({
        allowed: false,
        results: [{ passed: 'never', remaining: most, wait: 0, reset: 0 }],
      })
      expect((await checked(timed, itemOf(policy, 'k', most))).allowed).toBe(true)
      await timed.store.close()
    })
  })
}

/** After the wait it passes, and a microsecond before it does not. */
async function expectTight(
  timed: ReturnType<Place['timed']>,
  item: ReturnType<typeof itemOf>,
  expected: number,
  wait: number,
): Promise<void> {
  expect(wait).toBe(expected)
  const { now } = timed
  timed.now = now + wait - 1
  const early = lone(await checked(timed, item, 'nothing'))
  timed.now = now + wait
  const then = lone(await checked(timed, item, 'nothing'))
  timed.now = now
  expect([early.passed, then.passed]).toEqual(['no', 'yes'])
}
