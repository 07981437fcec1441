import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ItemResult, LimitPolicy } from '../../../src/index.ts'
import { capacityOf } from '../../../src/rate-limit/rule.ts'
import { type Place, TIMEOUT, type TimedStore } from '../places.ts'
import { POLICIES } from './policies.ts'
import { checked, itemOf, lone } from './steps.ts'

/** What may happen to a key. Of what is taken a part is given back some steps later, if the trace goes on for so long. */
type Event =
  | { readonly what: 'take'; readonly cost: number; readonly back: number; readonly later: number }
  | { readonly what: 'reward'; readonly cost: number }
  | { readonly what: 'reset' }
  | { readonly what: 'wait'; readonly share: number }

const cost = fc.integer({ min: 1, max: 6 })
const later = fc.integer({ min: 1, max: 6 })
const share = fc.constantFrom(0.001, 0.1, 0.5, 1.1)
const EVENTS: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ what: fc.constant('take' as const), cost, back: cost, later }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('reward' as const), cost }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('reset' as const) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('wait' as const), share }) },
  ),
  { minLength: 4, maxLength: 16 },
)

/** What will be given back. */
interface Due {
  readonly at: number
  readonly amount: number
  readonly taken: ItemResult
}

/** Windows that begin at the first use begin at another moment where that was never made. */
const CLOCKED = Object.entries(POLICIES).filter(([name]) => !['token bucket', 'fixed window'].includes(name))

/** Two keys: from one is taken and given back, from the other that was never taken. Everything else happens to both. */
export function counterfactualTests(place: Place, runs: number): void {
  it.each(CLOCKED)('leaves of a %s no more than if what is given back had never been taken', async (_, policy) => {
    const trace = fc.asyncProperty(EVENTS, async (events) => {
      const timed = place.timed()
      const due: Due[] = []
      for (const [n, event] of events.entries()) {
        await happen(timed, policy, { event, n, due })
        for (const { taken, amount } of due.filter(({ at }) => at === n))
          await timed.store.giveBack([{ ...itemOf(policy, 'real'), taken, amount }], TIMEOUT)
        const [real, other] = [await left(timed, policy, 'real'), await left(timed, policy, 'other')]
        expect(real, `after step ${n}`).toBeLessThanOrEqual(other)
        expect(real).toBeLessThanOrEqual(capacityOf(policy.rule))
      }
      await timed.store.close()
    })
    await fc.assert(trace, { numRuns: runs })
  })
}

interface Moment {
  readonly event: Event
  readonly n: number
  readonly due: Due[]
}

async function happen(timed: TimedStore, policy: LimitPolicy, { event, n, due }: Moment): Promise<void> {
  if (event.what === 'wait') {
    timed.now += Math.ceil(event.share * policy.windowMs * 1000)
    return
  }
  const keys = ['real', 'other'] as const
  if (event.what === 'reset') {
    for (const key of keys) await timed.store.reset(key, [itemOf(policy, key)], TIMEOUT)
  } else if (event.what === 'reward') {
    for (const key of keys)
      await timed.store.giveBack([{ ...itemOf(policy, key), taken: undefined, amount: event.cost }], TIMEOUT)
  } else {
    const decided = await checked(timed, itemOf(policy, 'real', event.cost))
    if (!decided.allowed) return
    const amount = Math.min(event.back, event.cost)
    due.push({ at: n + event.later, amount, taken: lone(decided) })
    const kept = await checked(timed, itemOf(policy, 'other', event.cost - amount))
    expect(kept.allowed, `what passes at step ${n}`).toBe(true)
  }
}

async function left(timed: TimedStore, policy: LimitPolicy, key: string): Promise<number> {
  return lone(await checked(timed, itemOf(policy, key, 0), 'nothing')).remaining
}
