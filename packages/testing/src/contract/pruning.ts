import type { Snapshot } from '@redstart/core'
import { expect } from 'vitest'
import { boundedTest, type ContractTest } from './contract-test.ts'
import { hard, snapshotOf, soft, TIMEOUT } from './requests.ts'

const names = Array.from({ length: 12 }, (_, n) => `t:${n}`)
/** What entries with this name are decided by. */
const floorOf = ({ floor, floors }: Snapshot, namespace: string): number => Math.max(floor, floors.get(namespace) ?? 0)
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

  boundedTest('one of a key or a prefix raises the floor of its namespace alone', 1, async ({ store }) => {
    const clockOf = async (name: string): Promise<number> => (await store.invalidate(hard([name]), TIMEOUT)).clock
    const all = ['k:a:1', 'p:b:1:', 'k:ab:1:2', 'p:abc:', 't:d:1', 'k:e:1']
    const floors = new Map<string, number>()
    for (const [name, namespace] of [
      ['k:a:1', 'a'],
      ['p:b:1:', 'b'],
      ['k:ab:1:2', 'ab'],
      ['p:abc:', 'abc'],
      ['k:a:2', 'a'],
      ['p:a:', 'a'],
    ] as const) {
      const clock = await clockOf(name)
      // It is the next one that drops it.
      await clockOf('k:z:1')
      floors.set(namespace, clock)
      expect(await snapshotOf(store, all)).toMatchObject({ floor: 0, floors })
    }
  }),

  boundedTest('one of a tag or of everything raises the floor of all, and of no namespace', 1, async ({ store }) => {
    for (const name of ['t:a', 't:a:b', 'p:']) {
      const { clock } = await store.invalidate(hard([name]), TIMEOUT)
      await store.invalidate(hard(['k:z:1']), TIMEOUT)
      expect(await snapshotOf(store, ['k:a:b', 'p:a:', name])).toMatchObject({ floor: clock, floors: new Map() })
    }
  }),

  boundedTest('the floors of all namespaces that names are asked of are told, and no other', 1, async ({ store }) => {
    const { clock } = await store.invalidate(hard(['k:a:1', 'k:b:1', 'p:c:1:', 'k:d:1']), TIMEOUT)
    const told = async (...asked: string[]): Promise<unknown> => [...(await snapshotOf(store, asked)).floors]
    expect(await told('t:b', 'p:')).toEqual([])
    expect(await told('k:a:7')).toEqual([['a', clock]])
    expect(await told('k:page:1', 'p:', 'p:page:', 't:x', 'k:b:1', 'p:b:', 'p:c:')).toEqual([
      ['b', clock],
      ['c', clock],
    ])
  }),

  boundedTest('a floor of a namespace counts as no marker', 5, async ({ store }) => {
    for (let n = 0; n < 50; n += 1) await store.invalidate(hard([`k:n${n}:1`]), TIMEOUT)
    const rare = await store.invalidate(hard(['k:rare:1']), TIMEOUT)
    for (let round = 0; round < 10; round += 1) await store.invalidate(hard(['k:hot:1']), TIMEOUT)
    const { markers, floors } = await snapshotOf(store, ['k:n0:1', 'k:rare:1', 'k:hot:1'])
    expect([...markers].map(([name, { hard: clock }]) => [name, clock])).toEqual([
      ['k:rare:1', rare.clock],
      ['k:hot:1', rare.clock + 10],
    ])
    expect([...floors.keys()]).toEqual(['n0'])
  }),

  boundedTest(
    'not more than 1000 namespaces have a floor of their own, and none is forgotten',
    1,
    async ({ store }) => {
      const own = await store.invalidate(hard(['k:first:1']), TIMEOUT)
      const many = Array.from({ length: 1200 }, (_, n) => `k:n${n}:1`)
      const { clock } = await store.invalidate(hard(many), TIMEOUT)
      const snapshot = await snapshotOf(store, ['k:first:1', ...many])
      expect([snapshot.markers.size, snapshot.floors.get('first')]).toEqual([0, own.clock])
      expect(snapshot.floors.size).toBe(1000)
      for (let n = 0; n < 1200; n += 1) expect(floorOf(snapshot, `n${n}`)).toBe(clock)
      const next = await store.invalidate(hard(['k:first:1', 'k:last:1']), TIMEOUT)
      const after = await snapshotOf(store, ['k:first:1', 'k:last:1'])
      expect([after.floor, [...after.floors]]).toEqual([next.clock, [['first', next.clock]]])
    },
  ),
]
