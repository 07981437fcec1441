import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide, type Marker, type Verdict, type ViewState } from '../../src/invalidation/view.ts'

const GENERATION = 'a'.repeat(32)
const hard = (clock: number): Marker => ({ hard: clock, soft: 0, deadline: Infinity })
const soft = (clock: number, deadline = Infinity): Marker => ({ hard: 0, soft: clock, deadline })

function view(markers: Readonly<Record<string, Marker>>, floor = 0, generation = GENERATION): ViewState {
  return { generation, clock: 100, floor, markers: new Map(Object.entries(markers)) }
}

/** A backend's, with floors of namespaces beside the one of all. */
function floored(floors: Readonly<Record<string, number>>, markers: Readonly<Record<string, Marker>> = {}): ViewState {
  return { ...view(markers), floors: new Map(Object.entries(floors)) }
}

/** An entry with the names `k:x` and `t:y`, loaded at clock 10; decided at time 1000. */
function verdict(state: ViewState, underFloor: 'gone' | 'ask' = 'ask'): Verdict {
  return decide({ generation: GENERATION, clock: 10, names: ['k:x', 't:y'] }, state, underFloor, 1000)
}

describe('an entry', () => {
  it.each<[string, ViewState, Verdict]>([
    ['of which nothing is known', view({}), 'valid'],
    ['of another generation', view({}, 0, 'b'.repeat(32)), 'gone'],
    ['of another generation, under the floor', view({}, 11, 'b'.repeat(32)), 'gone'],
    ['hit by its own name since', view({ 'k:x': hard(11) }), 'gone'],
    ['hit by its last name since', view({ 't:y': hard(11) }), 'gone'],
    ['hit at its own clock', view({ 'k:x': hard(10) }), 'valid'],
    ['hit before', view({ 'k:x': hard(9) }), 'valid'],
    ['beside which others were hit', view({ 'k:z': hard(99) }), 'valid'],
    ['marked stale since', view({ 'k:x': soft(11) }), 'stale'],
    ['marked stale at its own clock', view({ 'k:x': soft(10) }), 'valid'],
    ['marked stale until later', view({ 'k:x': soft(11, 1001) }), 'stale'],
    ['marked stale until now', view({ 'k:x': soft(11, 1000) }), 'gone'],
    ['marked stale until earlier', view({ 'k:x': soft(11, 999) }), 'gone'],
    ['marked stale before its clock, until earlier', view({ 'k:x': soft(9, 999) }), 'valid'],
    ['marked stale by one name and hit by another', view({ 'k:x': soft(11), 't:y': hard(11) }), 'gone'],
    ['hit before and marked stale since', view({ 'k:x': { hard: 9, soft: 11, deadline: Infinity } }), 'stale'],
    ['at the floor', view({}, 10), 'valid'],
    ['marked stale at the floor', view({ 'k:x': soft(11) }, 10), 'stale'],
    ['under the floor', view({}, 11), 'ask'],
    ['marked stale under the floor', view({ 'k:x': soft(11) }, 11), 'ask'],
    ['hit under the floor', view({ 'k:x': hard(11) }, 11), 'gone'],
  ])('%s', (_, state, expected) => {
    expect(verdict(state)).toBe(expected)
    expect(verdict(state, 'gone')).toBe(expected === 'ask' ? 'gone' : expected)
  })

  it.each<[string, ViewState, Verdict]>([
    ['its own', floored({ menu: 11 }), 'gone'],
    ['its own, at its clock', floored({ menu: 10 }), 'valid'],
    ["a part's, by its key", floored({ dish: 11 }), 'gone'],
    ["a part's, by a prefix", floored({ stock: 11 }), 'gone'],
    ['the one of all beside low ones', { ...floored({ menu: 10, dish: 9 }), floor: 11 }, 'gone'],
    ['the last of several', floored({ other: 99, menu: 10, stock: 11 }), 'gone'],
    ['one of its own, marked stale', floored({ menu: 11 }, { 'k:menu:1': soft(11) }), 'gone'],
    ["nobody's of its names", floored({ other: 99, men: 99, 'menu:1': 99, 'm:1': 99, '': 99 }), 'valid'],
    ["one with the name of a tag's beginning", floored({ topic: 99 }), 'valid'],
    ["nobody's, marked stale", floored({ other: 99 }, { 'k:menu:1': soft(11) }), 'stale'],
  ])('of several namespaces is decided by the floors of all of them: %s', (_, state, expected) => {
    const names = ['k:menu:1', 'p:', 'p:menu:', 't:topic:1', 'k:dish:7', 'p:stock:2:']
    expect(decide({ generation: GENERATION, clock: 10, names }, state, 'gone', 1000)).toBe(expected)
  })

  it('never gets better as time passes, a floor rises or a marker is raised', () => {
    const rank = { valid: 0, stale: 1, ask: 2, gone: 3 }
    const clock = fc.integer({ min: 0, max: 20 })
    const marker = fc.record({ hard: clock, soft: clock, deadline: fc.constantFrom(500, 1500, Infinity) })
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b'), marker),
        clock,
        clock,
        clock,
        fc.constantFrom(400, 1000, 2000),
        (markers, own, floor, more, time) => {
          const stamp = { generation: GENERATION, clock: own, names: ['a', 'b'] }
          const before = rank[decide(stamp, view(markers, floor), 'ask', time)]
          const raised = Object.fromEntries(
            Object.entries(markers).map(([name, old]) => [name, { ...old, hard: Math.max(old.hard, more) }]),
          )
          expect(rank[decide(stamp, view(markers, floor), 'ask', time + 1000)]).toBeGreaterThanOrEqual(before)
          expect(rank[decide(stamp, view(markers, Math.max(floor, more)), 'ask', time)]).toBeGreaterThanOrEqual(before)
          expect(rank[decide(stamp, view(raised, floor), 'ask', time)]).toBeGreaterThanOrEqual(before)
        },
      ),
    )
  })
})
