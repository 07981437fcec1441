import { expect, it } from 'vitest'
import type { Gift, ItemResult, LimitItem, LimitPolicy, LimitReply, LimitRequest } from '../../../src/index.ts'
import { capacityOf } from '../../../src/rate-limit/rule.ts'
import { type Place, TIMEOUT, timedMemory } from '../places.ts'
import { type Random, seeded } from '../random.ts'
import { POLICIES } from './policies.ts'
import { pause } from './steps.ts'

/** Memory and whatever else there is say the same on the same trace, whatever is in it. */
export function parityTests(place: Place, steps: number): void {
  it('says the same as memory on the same trace: of several limits, parts, penalties, refunds, and other plans', async () => {
    await seeded(async (random) => {
      const [timed, memory] = [place.timed(), timedMemory(100_000, AN_HOUR)]
      const taken: Gift[] = []
      // Slots that take and give back may have begun a window meanwhile.
      const keys = place.single ? ['a', 'b'] : ['a']
      for (let step = 0; step < steps; step += 1) {
        const back = random.chance(0.1) && -random.below(random.pick([3_000_000, 3_000_000, 20_000_000]))
        const moved = back === false ? pause(random, 700_000) : back
        timed.now = memory.now += moved
        const about = `step ${step}`
        if (random.chance(0.1)) await place.flushScripts?.()
        if (random.chance(0.2)) {
          const gifts = giftsAmong(random, taken, keys)
          await Promise.all([timed, memory].map(({ store }) => store.giveBack(gifts, TIMEOUT)))
        } else if (random.chance(0.02)) {
          const item = itemAmong(random, keys)
          await Promise.all([timed, memory].map(({ store }) => store.reset(item.key, [item], TIMEOUT)))
        } else if (random.chance(0.1)) {
          const requests = togetherAmong(random)
          const block = { key: 'together-3', settings: BLOCK, reason: 'now and then' }
          if (random.chance(0.3)) await Promise.all([timed, memory].map(({ store }) => store.block(block, TIMEOUT)))
          const [here, there] = await Promise.all(
            [timed, memory].map(({ store }) => Promise.all(requests.map((request) => store.check(request, TIMEOUT)))),
          )
          expect(here?.map(comparable), about).toEqual(there?.map(comparable))
        } else {
          const request = requestAmong(random, keys)
          const [here, there] = await Promise.all([timed, memory].map(({ store }) => store.check(request, TIMEOUT)))
          expect(comparable(here), about).toEqual(comparable(there))
          remember(taken, request, here, there)
        }
      }
      await timed.store.close()
    })
  })
}

const BLOCK = { duration: 500, factor: 1, longest: 500, remember: 0 }
/** As much longer as Redis keeps things whose time a test sets. */
const AN_HOUR = 3_600_000_000

/** As it was told by either: receipts of logs are the stores' own. */
function remember(taken: Gift[], { items, taking }: LimitRequest, here?: LimitReply, there?: LimitReply): void {
  if (here?.kind !== 'decided' || there?.kind !== 'decided' || taking === 'nothing' || taking === 'anyway') return
  for (const [n, item] of items.entries()) {
    const [own, other] = [here.results[n], there.results[n]]
    if (own === undefined || other === undefined || own.amount === 0 || item.policy.rule.kind === 'log') continue
    taken.push({ ...item, taken: own, amount: own.amount })
  }
  if (taken.length > 30) taken.splice(0, 10)
}

function comparable(reply: LimitReply | undefined): unknown {
  if (reply?.kind !== 'decided') return { ...reply, trips: 0 }
  const { trips: _, results, ...rest } = reply
  return { ...rest, results: results.map(({ receipt: __, ...result }: ItemResult) => result) }
}

function requestAmong(random: Random, keys: readonly string[]): LimitRequest {
  const taking = random.pick(['all', 'all', 'all', 'upto', 'nothing', 'anyway'] as const)
  const first = itemAmong(random, keys)
  const others = Array.from({ length: random.below(4) }, () => itemAmong(random, keys))
  const all = [first, ...others].filter(({ name }, n, list) => list.findIndex((each) => each.name === name) === n)
  const cost = taking === 'upto' ? first.cost : undefined
  const items = all.map((item) => ({ ...item, cost: cost ?? item.cost }))
  return { items, taking, remember: undefined }
}

/** Checks of one limit each, as many at a time: each of a key of its own under its policy, so that their order is nothing. */
function togetherAmong(random: Random): readonly LimitRequest[] {
  const keys = Array.from({ length: 12 }, (_, n) => `together-${n}`)
  const items = keys.flatMap((key) => [itemAmong(random, [key]), itemAmong(random, [key])])
  const each = items.filter(({ name, key }, n) => items.findIndex((one) => one.name === name && one.key === key) === n)
  return each.map((item): LimitRequest => ({ items: [item], taking: 'all', remember: undefined }))
}

function itemAmong(random: Random, keys: readonly string[]): LimitItem {
  const [name, policy] = random.pick(Object.entries(POLICIES))
  const cost = random.pick([1, 1, 2, 0, 1 + random.below(capacityOf(policy.rule) + 2)])
  const changed = random.chance(0.1) ? planOf(policy, random.pick([0.5, 2, 3])) : policy
  const shadow = random.chance(0.1) ? { ...changed, shadow: true } : changed
  return { name: name.replaceAll(' ', '-'), policy: shadow, key: random.pick(keys), cost }
}

/** The same way to count, with other numbers. */
function planOf(policy: LimitPolicy, factor: number): LimitPolicy {
  const { rule } = policy
  if (factor === 1) return policy
  const times = (number: number): number => Math.max(1, Math.ceil(number * factor))
  switch (rule.kind) {
    case 'gcra':
      return { ...policy, rule: { ...rule, burst: times(rule.burst), debt: factor > 2 ? rule.interval * 3 : 0 } }
    case 'bucket':
      return { ...policy, rule: { ...rule, capacity: times(rule.capacity), every: times(rule.every) } }
    case 'segments':
      return { ...policy, rule: { ...rule, limit: times(rule.limit), segment: times(rule.segment) } }
    case 'fixed':
    case 'log':
    case 'counter':
      return { ...policy, rule: { ...rule, limit: times(rule.limit), window: times(rule.window) } }
    case 'permits':
      return policy
  }
}

function giftsAmong(random: Random, taken: readonly Gift[], keys: readonly string[]): readonly Gift[] {
  const gift = taken[random.below(taken.length)]
  if (gift !== undefined && random.chance(0.8)) return [gift]
  const { name, policy, key, cost } = itemAmong(random, keys)
  return [{ name, policy, key, taken: undefined, amount: cost }]
}
