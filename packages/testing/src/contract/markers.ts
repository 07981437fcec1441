import { expect } from 'vitest'
import { boundedTest, type ContractTest, contractTest } from './contract-test.ts'
import { ask, hard, markerOf, snapshotOf, soft, TIMEOUT } from './requests.ts'

const NEVER = Number.POSITIVE_INFINITY

export const clockTests: readonly ContractTest[] = [
  contractTest('rises by one with each invalidation, and chains', async ({ store, other }) => {
    let last = await ask(store)
    for (const [n, by] of [store, other, other, store].entries()) {
      const done = await by.invalidate(n % 2 === 0 ? hard(['t:x']) : soft(['t:x']), TIMEOUT)
      expect(done).toEqual({ generation: last.generation, previous: last.clock, clock: last.clock + 1 })
      last = await ask(store)
      expect(last.clock).toBe(done.clock)
    }
  }),

  contractTest('rises by one with each of 50 that race, from no generation on', async ({ store, other }) => {
    const all = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const done = await (n % 2 === 0 ? store : other).invalidate(hard([`t:${n}`, 't:all']), TIMEOUT)
        return { ...done, name: `t:${n}` }
      }),
    )
    all.sort((a, b) => a.clock - b.clock)
    const first = all[0]?.previous ?? Number.NaN
    expect(new Set(all.map(({ generation }) => generation)).size).toBe(1)
    expect(all.map(({ previous, clock }) => [previous, clock])).toEqual(all.map((_, n) => [first + n, first + n + 1]))
    const { markers, clock } = await snapshotOf(store, [...all.map(({ name }) => name), 't:all'])
    expect(clock).toBe(first + 50)
    for (const done of all) expect(markers.get(done.name)?.hard).toBe(done.clock)
    expect(markers.get('t:all')?.hard).toBe(first + 50)
  }),
]

export const markerTests: readonly ContractTest[] = [
  contractTest('of one invalidation get one clock, whatever and however many the names', async ({ store, other }) => {
    const names = [
      't:a b',
      't:é漢😀',
      't:*?[a]',
      'k:n:{x}:y',
      'p:n:',
      'p:',
      't:"\'\\',
      't:1 2 3',
      't:$c',
      't:q:1',
      `k:n:${'x'.repeat(1000)}`,
    ]
    const many = [...names, ...Array.from({ length: 5000 }, (_, n) => `t:${n}`)]
    const { clock } = await store.invalidate(hard(many), TIMEOUT)
    const { markers } = await snapshotOf(other, many)
    expect(markers.size).toBe(many.length)
    for (const name of many) expect(markers.get(name)).toEqual({ hard: clock, soft: 0, deadline: NEVER })
  }),

  contractTest('are told only of names that are asked for and have one', async ({ store }) => {
    const { generation, clock } = await store.invalidate(hard(['t:a', 't:b']), TIMEOUT)
    const snapshot = await snapshotOf(store, ['t:absent', 't:b', 't:ab', 't:'])
    expect(snapshot).toEqual({
      generation,
      clock,
      floor: 0,
      floors: new Map(),
      markers: new Map([['t:b', { hard: clock, soft: 0, deadline: NEVER }]]),
    })
    expect(await snapshotOf(store, [])).toEqual({
      generation,
      clock,
      floor: 0,
      floors: new Map(),
      markers: new Map(),
    })
  }),

  boundedTest('are not disturbed by an invalidation without names, nor by a name given twice', 3, async ({ store }) => {
    const first = await store.invalidate(hard(['t:a', 't:a', 't:a', 't:a', 't:b']), TIMEOUT)
    const second = await store.invalidate(hard([]), TIMEOUT)
    expect(second.previous).toBe(first.clock)
    const { floor, markers } = await snapshotOf(store, ['t:a', 't:b'])
    expect([floor, markers.get('t:a')?.hard, markers.get('t:b')?.hard]).toEqual([0, first.clock, first.clock])
  }),

  contractTest('hold hard and soft apart, and only rise', async ({ store }) => {
    const one = (await store.invalidate(soft(['t:x']), TIMEOUT)).clock
    expect(await markerOf(store, 't:x')).toEqual({ hard: 0, soft: one, deadline: NEVER })
    const two = (await store.invalidate(hard(['t:x']), TIMEOUT)).clock
    expect(await markerOf(store, 't:x')).toEqual({ hard: two, soft: one, deadline: NEVER })
    const three = (await store.invalidate(soft(['t:x']), TIMEOUT)).clock
    expect(await markerOf(store, 't:x')).toEqual({ hard: two, soft: three, deadline: NEVER })
    await store.invalidate(hard(['t:y']), TIMEOUT)
    expect(await markerOf(store, 't:x')).toEqual({ hard: two, soft: three, deadline: NEVER })
  }),
]

export const deadlineTests: readonly ContractTest[] = [
  contractTest('is the earliest that was given', async ({ store, other }) => {
    const hour = Math.ceil((await ask(store)).time) + 3_600_000
    const deadlines = [NEVER, hour + 2000, hour + 3000, hour + 1000, NEVER]
    const kept = [NEVER, hour + 2000, hour + 2000, hour + 1000, hour + 1000]
    for (const [n, deadline] of deadlines.entries()) {
      const { clock } = await store.invalidate(soft(['t:x'], deadline), TIMEOUT)
      expect(await markerOf(other, 't:x')).toEqual({ hard: 0, soft: clock, deadline: kept[n] })
    }
  }),

  contractTest('that has passed makes the earlier one hard, and gives way to the next', async ({ store, other }) => {
    const now = Math.floor((await ask(store)).time)
    const one = (await store.invalidate(soft(['t:x'], now - 5000), TIMEOUT)).clock
    expect(await markerOf(store, 't:x')).toEqual({ hard: 0, soft: one, deadline: now - 5000 })
    const two = (await other.invalidate(soft(['t:x'], now + 3_600_000), TIMEOUT)).clock
    expect(await markerOf(store, 't:x')).toEqual({ hard: one, soft: two, deadline: now + 3_600_000 })
    const three = (await store.invalidate(soft(['t:x'], now - 1), TIMEOUT)).clock
    expect(await markerOf(store, 't:x')).toEqual({ hard: one, soft: three, deadline: now - 1 })
    const four = (await store.invalidate(soft(['t:x']), TIMEOUT)).clock
    expect(await markerOf(store, 't:x')).toEqual({ hard: three, soft: four, deadline: NEVER })
  }),

  contractTest('never lowers a hard clock when it passes', async ({ store }) => {
    const now = Math.floor((await ask(store)).time)
    await store.invalidate(soft(['t:x'], now - 5000), TIMEOUT)
    const two = (await store.invalidate(hard(['t:x']), TIMEOUT)).clock
    const three = (await store.invalidate(soft(['t:x']), TIMEOUT)).clock
    expect(await markerOf(store, 't:x')).toEqual({ hard: two, soft: three, deadline: NEVER })
  }),
]
