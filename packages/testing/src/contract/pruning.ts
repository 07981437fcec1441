import type { Snapshot } from '@redstart/core'
import { expect } from 'vitest'
import { boundedTest, type ContractTest } from './contract-test.ts'
import { hard, snapshotOf, soft, TIMEOUT } from './requests.ts'

const names = Array.from({ length: 12 }, (_, n) => `t:${n}`)
const kept = ({ markers }: Snapshot): string[] => [...markers.keys()].sort()

export const pruningTests: readonly ContractTest[] = [
  boundedTest('nothing is dropped before it is reached', 12, async ({ store }) => {
    for (const name of names) await store.invalidate(hard([name]), TIMEOUT)
    const snapshot = await snapshotOf(store, names)
    expect([snapshot.floor, kept(snapshot)]).toEqual([0, [...names].sort()])
  }),

  boundedTest(
    'the oldest go first, hard and soft ones alike, and the floor rises to their clocks',
    5,
    async ({ store }) => {
      const clocks = new Map<string, number>()
      for (const [n, name] of names.entries()) {
        clocks.set(name, (await store.invalidate(n % 2 === 0 ? hard([name]) : soft([name]), TIMEOUT)).clock)
        const snapshot = await snapshotOf(store, names.slice(0, n + 1))
        expect(kept(snapshot)).toEqual(names.slice(Math.max(0, n - 4), n + 1).sort())
        for (const [dropped, clock] of clocks) {
          if (!snapshot.markers.has(dropped)) expect(snapshot.floor).toBeGreaterThanOrEqual(clock)
        }
        for (const still of kept(snapshot)) expect(snapshot.floor).toBeLessThan(clocks.get(still) ?? 0)
      }
    },
  ),

  boundedTest('one that was invalidated again is as young as that', 3, async ({ store }) => {
    for (const name of ['t:a', 't:b', 't:a', 't:c', 't:d']) await store.invalidate(hard([name]), TIMEOUT)
    const snapshot = await snapshotOf(store, ['t:a', 't:b', 't:c', 't:d'])
    expect(kept(snapshot)).toEqual(['t:a', 't:c', 't:d'])
  }),

  boundedTest(
    'one invalidation of more names than the bound raises the floor to its own clock',
    5,
    async ({ store }) => {
      await store.invalidate(hard(['t:before']), TIMEOUT)
      const { clock } = await store.invalidate(hard(Array.from({ length: 3000 }, (_, n) => `t:many:${n}`)), TIMEOUT)
      expect(await snapshotOf(store, ['t:before', 't:many:0', 't:many:2999'])).toMatchObject({
        clock,
        floor: clock,
        markers: new Map(),
      })
      const next = await store.invalidate(hard(['t:after']), TIMEOUT)
      expect(await snapshotOf(store, ['t:after'])).toMatchObject({ clock: next.clock, floor: clock })
    },
  ),

  boundedTest('a name that is invalidated again and again drops no other', 100, async ({ store }) => {
    const first = await store.invalidate(hard(['t:rare']), TIMEOUT)
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 100 }, async () => await store.invalidate(hard(['t:hot']), TIMEOUT)))
    }
    const { floor, markers } = await snapshotOf(store, ['t:rare', 't:hot'])
    expect([floor, markers.get('t:rare')?.hard, markers.get('t:hot')?.hard]).toEqual([
      0,
      first.clock,
      first.clock + 300,
    ])
  }),
]
