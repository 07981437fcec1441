import { describe, expect, it } from 'vitest'
import { concurrency, type PermitRequest } from '../../../src/index.ts'
import { type Place, TIMEOUT, type TimedStore } from '../places.ts'
import { seeded } from '../random.ts'
import { itemOf, checked } from './steps.ts'
import { POLICIES } from './policies.ts'

const policy = concurrency({ limit: 5, lease: '1s' })
const LEASE = 1_000_000

function permit(id: string, weight = 1, key = 'k'): PermitRequest {
  return { name: 'inflight', policy, key, id, weight }
}

async function acquired({ store }: TimedStore, request: PermitRequest): Promise<string> {
  const reply = await store.acquire(request, TIMEOUT)
  return reply.kind === 'blocked' ? 'blocked' : reply.passed
}

/** Permits, and what keeps keys out altogether. */
export function permitTests(place: Place, steps: number): void {
  it('holds no more permits than there are, whatever happens to them', async () => {
    await seeded(async (random) => {
      const timed = place.timed()
      const held = new Map<string, { readonly weight: number; expires: number }>()
      for (let step = 0; step < steps; step += 1) {
        timed.now += random.pick([0, 1000, random.below(LEASE / 3), random.below(LEASE)])
        for (const [id, { expires }] of held) if (expires <= timed.now) held.delete(id)
        const id = `p${random.below(12)}`
        const known = held.get(id)
        const request = permit(id, known?.weight ?? 1 + random.below(3))
        const act = random.pick(['acquire', 'acquire', 'renew', 'release'] as const)
        const about = `step ${step}, ${act} ${id}`
        if (act === 'renew') {
          expect(await timed.store.renew(request, TIMEOUT), about).toBe(known !== undefined)
          if (known !== undefined) known.expires = timed.now + LEASE
        } else if (act === 'release') {
          await timed.store.release(request, TIMEOUT)
          held.delete(id)
        } else {
          const used = [...held.values()].reduce((sum, { weight }) => sum + weight, 0)
          const fits = known !== undefined || used + request.weight <= 5
          expect(await acquired(timed, request), about).toBe(fits ? 'yes' : 'no')
          if (fits && known === undefined) held.set(id, { weight: request.weight, expires: timed.now + LEASE })
        }
      }
      await timed.store.close()
    })
  })

  it('tells when the next one runs out, and refuses for good what is more than there are', async () => {
    const timed = place.timed()
    await acquired(timed, permit('a', 3))
    timed.now += 1000
    await acquired(timed, permit('b', 2))
    expect(await timed.store.acquire(permit('c'), TIMEOUT)).toMatchObject({ passed: 'no', used: 5, wait: LEASE - 1000 })
    expect(await timed.store.acquire(permit('c', 4), TIMEOUT)).toMatchObject({ passed: 'no', used: 5, wait: LEASE })
    expect(await timed.store.acquire(permit('c', 6), TIMEOUT)).toMatchObject({ passed: 'never' })
    timed.now += LEASE - 1000
    expect(await acquired(timed, permit('c', 3))).toBe('yes')
    await timed.store.close()
  })

  describe('blocks', () => {
    const settings = { duration: 1000, factor: 2, longest: 3000, remember: 10_000 }
    const block = async ({ store }: TimedStore, reason = 'spam'): Promise<readonly [number, number]> => {
      const { remaining, times } = await store.block({ key: 'k', settings, reason }, TIMEOUT)
      return [remaining, times]
    }
    const item = itemOf(POLICIES['gcra'] ?? expect.fail('there is one'))
    const request = { items: [item], taking: 'all', remember: undefined } as const

    it('keep a key out, and no other, until they end', async () => {
      const timed = place.timed()
      expect(await block(timed)).toEqual([1_000_000, 1])
      timed.now += 400_000
      expect(await timed.store.check(request, TIMEOUT)).toMatchObject({
        kind: 'blocked',
        remaining: 600_000,
        reason: 'spam',
      })
      const several = {
        ...request,
        items: [
          { ...item, key: 'other' },
          { ...item, name: 'second' },
        ],
      }
      if (place.single) expect(await timed.store.check(several, TIMEOUT)).toMatchObject({ kind: 'blocked' })
      expect(await acquired(timed, permit('a'))).toBe('blocked')
      expect((await checked(timed, { ...item, key: 'other' })).allowed).toBe(true)
      timed.now += 600_000
      expect((await checked(timed, item)).results[0]?.remaining).toBe(7)
      await timed.store.close()
    })

    it('last longer each time, up to a bound, and are forgotten', async () => {
      const timed = place.timed()
      const lasted: (readonly [number, number])[] = []
      for (let n = 0; n < 3; n += 1) {
        lasted.push(await block(timed))
        timed.now += (lasted.at(-1)?.[0] ?? 0) + 1
      }
      expect(lasted).toEqual([
        [1_000_000, 1],
        [2_000_000, 2],
        [3_000_000, 3],
      ])
      timed.now += 10_000_000
      expect(await block(timed)).toEqual([1_000_000, 1])
      // One that is blocked already has not come to that again.
      timed.now += 400_000
      expect(await block(timed)).toEqual([1_000_000, 1])
      await timed.store.close()
    })

    it('end when they are ended, and are forgotten then', async () => {
      const timed = place.timed()
      await block(timed)
      await timed.store.unblock('k', TIMEOUT)
      expect((await checked(timed, item)).allowed).toBe(true)
      expect(await block(timed)).toEqual([1_000_000, 1])
      await timed.store.close()
    })
  })

  it('forgets what was taken of a key by some policies, and no other', async () => {
    const timed = place.timed()
    const names = Object.entries(POLICIES).map(([name, each]) => itemOf(each, 'k', 1, name.replaceAll(' ', '-')))
    await checked(timed, names)
    await checked(
      timed,
      names.map((item) => ({ ...item, key: 'other' })),
    )
    const [first, ...others] = names
    await timed.store.reset('k', others, TIMEOUT)
    const lefts = (await checked(timed, names, 'nothing')).results.map(({ reset }) => reset > 0)
    expect(lefts).toEqual([true, ...others.map(() => false)])
    expect(first).toBeDefined()
    const untouched = await checked(
      timed,
      names.map((item) => ({ ...item, key: 'other' })),
      'nothing',
    )
    expect(untouched.results.every(({ reset }) => reset > 0)).toBe(true)
    await timed.store.close()
  })
}
