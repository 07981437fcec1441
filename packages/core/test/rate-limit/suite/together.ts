import { describe, expect, it } from 'vitest'
import { gcra, type LimitItem, slidingWindow, fixedWindow } from '../../../src/index.ts'
import { appName, type Place, TIMEOUT } from '../places.ts'
import { POLICIES } from './policies.ts'
import { checked, itemOf } from './steps.ts'

/** Several limits at once. */
export function togetherTests(place: Place): void {
  const two = gcra({ rate: '1/1s', burst: 2 })
  const many = slidingWindow({ limit: 100, window: '1m' })

  it('takes from all or from none', async () => {
    const timed = place.timed()
    const both = [itemOf(two, 'k', 1, 'two'), itemOf(many, 'k', 1, 'many')]
    expect([await checked(timed, both), await checked(timed, both)].map(({ allowed }) => allowed)).toEqual([true, true])
    const refused = await checked(timed, both)
    expect(refused).toMatchObject({ allowed: false, granted: 0 })
    expect(refused.results.map(({ passed, remaining }) => [passed, remaining])).toEqual([
      ['no', 0],
      ['yes', 98],
    ])
    expect((await checked(timed, itemOf(many, 'k', 0, 'many'))).results[0]?.remaining).toBe(98)
    await timed.store.close()
  })

  it('grants as much as the least of them has', async () => {
    const timed = place.timed()
    const both = [itemOf(two, 'k', 10, 'two'), itemOf(many, 'k', 10, 'many')]
    expect(await checked(timed, both, 'upto')).toMatchObject({ allowed: true, granted: 2 })
    expect((await checked(timed, itemOf(many, 'k', 0, 'many'))).results[0]?.remaining).toBe(98)
    expect(await checked(timed, both, 'upto')).toMatchObject({ allowed: false, granted: 0 })
    await timed.store.close()
  })

  it('is refused by no shadow, whose state goes on as if it had refused', async () => {
    const timed = place.timed()
    const shadow = { ...two, shadow: true }
    const both = [itemOf(shadow, 'k', 1, 'two'), itemOf(many, 'k', 1, 'many')]
    const all = [await checked(timed, both), await checked(timed, both), await checked(timed, both)]
    expect(all.map(({ allowed }) => allowed)).toEqual([true, true, true])
    expect(all.map(({ results }) => results[0]?.passed)).toEqual(['yes', 'yes', 'no'])
    timed.now += 1_000_000
    expect((await checked(timed, both)).results[0]?.passed).toBe('yes')
    await timed.store.close()
  })

  describe('what is remembered', () => {
    it('gets the same answer again, and takes nothing', async () => {
      const timed = place.timed()
      const request = { items: [itemOf(two)], taking: 'all', remember: { id: 'r1', ms: 60_000 } } as const
      const first = await timed.store.check(request, TIMEOUT)
      const again = await timed.store.check(request, TIMEOUT)
      expect([first, again]).toMatchObject([
        { allowed: true, duplicate: false, granted: 1, results: [{ remaining: 1 }] },
        { allowed: true, duplicate: true, granted: 1, results: [{ remaining: 1 }] },
      ])
      const other = { ...request, remember: { id: 'r2', ms: 60_000 } }
      expect(await timed.store.check(other, TIMEOUT)).toMatchObject({ duplicate: false, results: [{ remaining: 0 }] })
      await timed.store.close()
    })

    it('is not a refusal: the same check may pass later', async () => {
      const timed = place.timed()
      await checked(timed, itemOf(two, 'k', 2))
      const request = { items: [itemOf(two)], taking: 'all', remember: { id: 'r1', ms: 60_000 } } as const
      expect(await timed.store.check(request, TIMEOUT)).toMatchObject({ allowed: false, duplicate: false })
      timed.now += 1_000_000
      expect(await timed.store.check(request, TIMEOUT)).toMatchObject({ allowed: true, duplicate: false })
      await timed.store.close()
    })
  })

  it('keeps keys apart whatever they hold, and as they are', async () => {
    const timed = place.timed()
    const policy = fixedWindow({ limit: 1, window: '1h' })
    const keys = [
      '{a}b',
      '{a}c',
      'a',
      'a:',
      ':a',
      '%7ba%7db',
      '#a',
      '{}',
      '}{',
      'é',
      'e\u0301',
      '\u0000',
      '\ud800',
      '\ud801',
      ' ',
      '漢字'.repeat(20),
      'x'.repeat(10_000),
      'x'.repeat(9_999),
      '!',
      '!!',
    ]
    for (const key of keys)
      expect([key.slice(0, 20), (await checked(timed, itemOf(policy, key))).allowed]).toEqual([key.slice(0, 20), true])
    for (const key of keys) expect((await checked(timed, itemOf(policy, key))).allowed).toBe(false)
    // Names of policies are kept apart from keys.
    expect((await checked(timed, itemOf(policy, 'a:fixed', 1, 'window'))).allowed).toBe(true)
    await timed.store.close()
  })

  flushTests(place)
  const { dump } = place
  if (dump === undefined) return
  it('changes no byte where it is refused', async () => {
    const app = appName()
    const timed = place.timed(app)
    const items = Object.entries(POLICIES).map(([name, policy]): LimitItem => ({
      name: name.replaceAll(' ', '-'),
      policy,
      key: 'k',
      cost: 2,
    }))
    await checked(timed, items)
    const before = await dump(app)
    timed.now += 1000
    const full = items.map((item) => ({ ...item, cost: 8 }))
    expect(await checked(timed, full)).toMatchObject({ allowed: false })
    expect(await checked(timed, full, 'nothing')).toMatchObject({ allowed: false })
    expect(await dump(app)).toEqual(before)
    expect(before).toHaveLength(items.length)
    await timed.store.close()
  })
}

function flushTests(place: Place): void {
  const two = gcra({ rate: '1/1s', burst: 2 })
  it('goes on where scripts are forgotten between any two steps', async () => {
    const timed = place.timed()
    const items = Object.entries(POLICIES).map(([name, policy]) => itemOf(policy, 'k', 1, name.replaceAll(' ', '-')))
    const lefts: (number | undefined)[] = []
    for (let n = 0; n < 4; n += 1) {
      await place.flushScripts?.()
      lefts.push((await checked(timed, items)).results[0]?.remaining)
      await place.flushScripts?.()
      lefts.push((await checked(timed, itemOf(two, 'lone', 0))).results[0]?.remaining)
    }
    expect(lefts).toEqual([7, 2, 6, 2, 5, 2, 4, 2])
    await timed.store.close()
  })
}
