import { describe, expect, it } from 'vitest'
import { gcra } from '../../../src/index.ts'
import { capacityOf } from '../../../src/rate-limit/rule.ts'
import type { Place } from '../places.ts'
import { seeded } from '../random.ts'
import { boundOf } from './bounds.ts'
import { POLICIES } from './policies.ts'
import { checked, itemOf, lone, pause } from './steps.ts'

/** What holds of each way to count, whatever is asked. */
export function propertyTests(place: Place, steps: number): void {
  describe.each(Object.entries(POLICIES))('%s', (_, policy) => {
    it('lets no more pass within any time than its bound', async () => {
      await seeded(async (random) => {
        const timed = place.timed()
        const admitted: { readonly at: number; readonly amount: number }[] = []
        for (let step = 0; step < steps; step += 1) {
          timed.now += pause(random, policy.windowMs * 400)
          const { granted } = await checked(timed, itemOf(policy, 'k', 1 + random.below(4)), 'upto')
          if (granted > 0) admitted.push({ at: timed.now, amount: granted })
        }
        for (const window of [policy.windowMs * 1000, policy.windowMs * 317, policy.windowMs * 2500])
          expect(mostWithin(admitted, window)).toBeLessThanOrEqual(boundOf(policy, window))
        await timed.store.close()
      })
    })

    it('is changed neither by looks nor by what it refuses', async () => {
      await seeded(async (random) => {
        const timed = place.timed()
        for (let step = 0; step < steps / 2; step += 1) {
          timed.now += pause(random, policy.windowMs * 1000)
          const cost = 1 + random.below(3)
          // One key is asked more than the other, in vain or for nothing.
          await checked(timed, itemOf(policy, 'disturbed', 1 + random.below(9)), 'nothing')
          const there = lone(await checked(timed, itemOf(policy, 'disturbed', 0))).remaining
          const refused = await checked(timed, itemOf(policy, 'disturbed', there + 1))
          expect(refused.allowed).toBe(false)
          const [one, other] = [
            await checked(timed, itemOf(policy, 'disturbed', cost)),
            await checked(timed, itemOf(policy, 'calm', cost)),
          ]
          expect(withoutReceipt(one)).toEqual(withoutReceipt(other))
        }
        await timed.store.close()
      })
    })

    it('tells whole numbers, and never more or less than there can be', async () => {
      await seeded(async (random) => {
        const timed = place.timed()
        for (let step = 0; step < steps / 2; step += 1) {
          timed.now += random.chance(0.1) ? -random.below(8_000_000) : pause(random, policy.windowMs * 1000)
          const taking = random.pick(['all', 'upto', 'anyway', 'nothing'] as const)
          const { results, granted } = await checked(timed, itemOf(policy, 'k', random.below(12)), taking)
          for (const { remaining, wait, reset, receipt, at } of results) {
            for (const number of [remaining, wait, reset, receipt, at, granted])
              expect(Number.isSafeInteger(number) && number >= 0, String(number)).toBe(true)
            expect(remaining).toBeLessThanOrEqual(capacityOf(policy.rule))
          }
        }
        await timed.store.close()
      })
    })

    it('grants exactly what there is to many that ask at once', async () => {
      const timed = place.timed()
      const all = await Promise.all(Array.from({ length: 60 }, () => checked(timed, itemOf(policy))))
      expect(all.filter(({ allowed }) => allowed)).toHaveLength(Math.min(60, capacityOf(policy.rule)))
      await timed.store.close()
    })

    it('locks nobody out for longer when its clock is set back far', async () => {
      const timed = place.timed()
      await checked(timed, itemOf(policy, 'k', capacityOf(policy.rule)))
      timed.now -= 3_600_000_000
      const { wait } = lone(await checked(timed, itemOf(policy)))
      expect(wait).toBeLessThanOrEqual(2 * policy.windowMs * 1000)
      timed.now += wait
      expect((await checked(timed, itemOf(policy))).allowed).toBe(true)
      await timed.store.close()
    })
  })

  clockTests(place, steps)
}

function clockTests(place: Place, steps: number): void {
  it('never lets more pass of a gcra than its bound when its clock is set back by less than five seconds', async () => {
    await seeded(async (random) => {
      const timed = place.timed()
      const policy = gcra({ rate: '50/1s', burst: 10 })
      const first = timed.now
      let [latest, passed] = [first, 0]
      for (let step = 0; step < steps; step += 1) {
        // Back and forth, a little forward in all.
        timed.now = Math.max(first, latest + random.below(40_000) - random.below(2) * random.below(4_000_000))
        latest = Math.max(latest, timed.now)
        passed += (await checked(timed, itemOf(policy, 'k', 2), 'upto')).granted
      }
      expect(passed).toBeLessThanOrEqual(10 + (latest - first) / 20_000)
      await timed.store.close()
    })
  })
}

function mostWithin(admitted: readonly { readonly at: number; readonly amount: number }[], window: number): number {
  let [most, sum, first] = [0, 0, 0]
  for (const { at, amount } of admitted) {
    sum += amount
    while ((admitted[first]?.at ?? 0) <= at - window) {
      sum -= admitted[first]?.amount ?? 0
      first += 1
    }
    most = Math.max(most, sum)
  }
  return most
}

/** What does not say who asked when. */
function withoutReceipt({ allowed, granted, results }: Awaited<ReturnType<typeof checked>>): unknown {
  const told = results.map(({ passed, remaining, wait, reset, amount }) => [passed, remaining, wait, reset, amount])
  return { allowed, granted, told }
}
