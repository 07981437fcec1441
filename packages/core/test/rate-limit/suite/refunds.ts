import { expect, it } from 'vitest'
import { gcra, type LimitItem, slidingWindow } from '../../../src/index.ts'
import { capacityOf } from '../../../src/rate-limit/rule.ts'
import { type Place, TIMEOUT } from '../places.ts'
import { seeded } from '../random.ts'
import { POLICIES } from './policies.ts'
import { checked, itemOf, lone, pause } from './steps.ts'

/** What is given back: what was taken and is still missing, once. */
export function refundTests(place: Place, steps: number): void {
  it('never gives back more than would be there without what is given back', async () => {
    await seeded(async (random) => {
      const timed = place.timed()
      const policy = gcra({ rate: '100/1s', burst: 30 })
      /** Everything that was taken, and how much of it was not given back. */
      const history: { readonly at: number; kept: number; readonly result: ReturnType<typeof lone> }[] = []
      for (let step = 0; step < steps; step += 1) {
        timed.now += pause(random, 200_000)
        const cost = 1 + random.below(8)
        const decided = await checked(timed, itemOf(policy, 'k', cost))
        if (decided.allowed) history.push({ at: timed.now, kept: cost, result: lone(decided) })
        timed.now += pause(random, 100_000)
        const entry = history[random.below(history.length)]
        if (entry === undefined || !random.chance(0.5)) continue
        const amount = 1 + random.below(Math.max(1, entry.kept))
        if (amount > entry.kept) continue
        entry.kept -= amount
        await timed.store.giveBack([{ ...itemOf(policy), taken: entry.result, amount }], TIMEOUT)
        const { remaining, reset } = lone(await checked(timed, itemOf(policy, 'k', 0)))
        expect(reset, `step ${step}`).toBeGreaterThanOrEqual(missing(history, 10_000, timed.now))
        expect(remaining).toBeLessThanOrEqual(30)
      }
      await timed.store.close()
    })
  })

  ofEachTests(place)
  forgivenTests(place)
  replyTests(place)
}

function ofEachTests(place: Place): void {
  it.each(Object.entries(POLICIES))('gives back of a %s what was taken, once the same', async (_, policy) => {
    const timed = place.timed()
    const decided = await checked(timed, itemOf(policy, 'k', 3))
    const gift = { ...itemOf(policy), taken: lone(decided), amount: 3 }
    timed.now += 1
    await timed.store.giveBack([gift], TIMEOUT)
    expect(lone(await checked(timed, itemOf(policy, 'k', 0))).remaining).toBe(capacityOf(policy.rule))
    // What has come back by itself is not given again: somebody else's is missing now.
    await checked(timed, itemOf(policy, 'k', 4))
    timed.now += policy.windowMs * 3000
    await checked(timed, itemOf(policy, 'k', 4))
    await timed.store.giveBack([gift], TIMEOUT)
    expect(lone(await checked(timed, itemOf(policy, 'k', 0))).remaining).toBe(capacityOf(policy.rule) - 4)
    await timed.store.close()
  })

  it.each(Object.entries(POLICIES))('gives nothing back of a %s that was taken before a reset', async (_, policy) => {
    const timed = place.timed()
    const most = capacityOf(policy.rule)
    const gift = { ...itemOf(policy), taken: lone(await checked(timed, itemOf(policy, 'k', most))), amount: most }
    await timed.store.reset('k', [itemOf(policy)], TIMEOUT)
    // At the same moment, and later.
    expect(lone(await checked(timed, itemOf(policy, 'k', 2)))).toMatchObject({ passed: 'yes', remaining: most - 2 })
    await timed.store.giveBack([gift], TIMEOUT)
    expect(lone(await checked(timed, itemOf(policy, 'k', 0))).remaining).toBe(most - 2)
    timed.now += 1000
    await timed.store.giveBack([gift], TIMEOUT)
    expect(lone(await checked(timed, itemOf(policy, 'k', 1))).remaining).toBe(most - 3)
    await timed.store.close()
  })

  it.each(Object.entries(POLICIES))('gives nothing back of a %s that a reward gave already', async (_, policy) => {
    const timed = place.timed()
    const gift = { ...itemOf(policy), taken: lone(await checked(timed, itemOf(policy, 'k', 4))), amount: 4 }
    await timed.store.giveBack([{ ...itemOf(policy), taken: undefined, amount: 4 }], TIMEOUT)
    await checked(timed, itemOf(policy, 'k', 3))
    // That somebody was kept out meanwhile changes nothing.
    const settings = { duration: 1, factor: 1, longest: 1, remember: 0 }
    await timed.store.block({ key: 'k', settings, reason: '' }, TIMEOUT)
    timed.now += 1000
    await timed.store.giveBack([gift], TIMEOUT)
    expect(lone(await checked(timed, itemOf(policy, 'k', 0))).remaining).toBe(capacityOf(policy.rule) - 3)
    await timed.store.close()
  })
}

function forgivenTests(place: Place): void {
  const [long, short] = ['20s', '1s'] as const
  it.each([
    ['gcra', gcra({ rate: '1/2s', burst: 10 }), gcra({ rate: '5/1s', burst: 5 })],
    ['sliding window', slidingWindow({ limit: 10, window: long }), slidingWindow({ limit: 5, window: short })],
    [
      'strict sliding window',
      slidingWindow({ limit: 10, window: long, strict: true }),
      slidingWindow({ limit: 5, window: short, strict: true }),
    ],
  ])('gives nothing back of a %s that a smaller plan has forgiven', async (_, policy, smaller) => {
    const timed = place.timed()
    await checked(timed, itemOf(policy, 'k', 5))
    const gift = { ...itemOf(policy), taken: lone(await checked(timed, itemOf(policy, 'k', 5))), amount: 5 }
    // Ten are missing, and then all five.
    expect((await checked(timed, itemOf(smaller))).allowed).toBe(false)
    await timed.store.giveBack([gift], TIMEOUT)
    expect((await checked(timed, itemOf(smaller))).allowed).toBe(false)
    await timed.store.close()
  })
}

/** With what is given back goes the reply that is remembered for it. */
function replyTests(place: Place): void {
  const policy = POLICIES['gcra'] ?? expect.fail('there is one')
  const remember = { id: 'once', ms: 60_000 }

  it('asks anew under the id of what was given back, wherever it was taken', async () => {
    const timed = place.timed()
    const items = ['a', 'b', 'c'].map((key): LimitItem => itemOf(policy, key, 2, `of-${key}`))
    const request = { items, taking: 'all', remember } as const
    const first = await timed.store.check(request, TIMEOUT)
    if (first.kind !== 'decided') return expect.fail('it is not blocked')
    const gifts = items.flatMap((item, n) => {
      const taken = first.results[n] ?? expect.fail('each has a result')
      // The last one stays taken.
      return item.key === 'c' ? [] : [{ ...item, taken, amount: taken.amount }]
    })
    timed.now += 1
    await timed.store.giveBack(gifts, TIMEOUT, { id: 'once', items, results: first.results })
    expect(await timed.store.check(request, TIMEOUT)).toMatchObject({
      ...{ allowed: true, duplicate: false, results: [{ remaining: 6 }, { remaining: 6 }, { remaining: 4 }] },
    })
    expect(await timed.store.check(request, TIMEOUT)).toMatchObject({ duplicate: true })
    // By now the id stands for another check than the one that is given back.
    await timed.store.giveBack(gifts, TIMEOUT, { id: 'once', items, results: first.results })
    expect(await timed.store.check(request, TIMEOUT)).toMatchObject({ duplicate: true })
    await timed.store.close()
  })
}

/** Of a limit from which only what was kept had been taken: how long until nothing is missing. */
function missing(
  history: readonly { readonly at: number; readonly kept: number }[],
  interval: number,
  now: number,
): number {
  const full = history.reduce((until, { at, kept }) => Math.max(until, at) + kept * interval, 0)
  return Math.max(0, full - now)
}
