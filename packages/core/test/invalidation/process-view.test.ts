import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Hint } from '../../src/invalidation/invalidation-store.ts'
import { ProcessView } from '../../src/invalidation/process-view.ts'
import { decide } from '../../src/invalidation/view.ts'

const GENERATION = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)

function hint(clock: number, names: readonly string[], kind: 'hard' | 'soft' = 'hard', deadline = Infinity): Hint {
  return { generation: GENERATION, previous: clock - 1, clock, names, kind, deadline }
}

function adopted(clock: number, mostMarkers?: number): ProcessView {
  const view = new ProcessView(mostMarkers)
  view.reset(GENERATION, clock)
  return view
}

describe("a process's view", () => {
  it('knows no generation at first, and none that it knew before once it has forgotten', () => {
    const view = new ProcessView()
    const seen = [view.generation]
    expect(view.adopted).toBe(false)
    view.reset(GENERATION, 5)
    expect([view.adopted, view.clock, view.floor]).toEqual([true, 5, 5])
    for (let n = 0; n < 3; n++) {
      view.forget()
      expect(view.adopted).toBe(false)
      seen.push(view.generation)
    }
    expect(new Set(seen).size).toBe(4)
  })

  it('follows hints in their order', () => {
    const view = adopted(5)
    for (const clock of [6, 7, 8]) view.apply(hint(clock, [`t:${clock}`]), 0)
    expect([view.clock, view.floor]).toEqual([8, 5])
    expect([...view.markers]).toEqual(
      [6, 7, 8].map((clock) => [`t:${clock}`, { hard: clock, soft: 0, deadline: Infinity }]),
    )
  })

  it('raises markers at once but stays where it is at a gap, and goes on when the gap closes', () => {
    const view = adopted(5)
    for (const clock of [9, 7, 8]) view.apply(hint(clock, [`t:${clock}`]), 0)
    expect(view.clock).toBe(5)
    expect([...view.markers.keys()]).toEqual(['t:9', 't:7', 't:8'])
    view.apply(hint(6, ['t:6']), 0)
    expect(view.clock).toBe(9)
  })

  it('takes the same hint twice, and old ones, without going back', () => {
    const view = adopted(5)
    for (const clock of [6, 7, 6, 7, 3]) view.apply(hint(clock, ['t:x']), 0)
    expect(view.clock).toBe(7)
    expect(view.markers.get('t:x')).toEqual({ hard: 7, soft: 0, deadline: Infinity })
  })

  it('changes its version with everything that it takes in', () => {
    const view = adopted(5)
    const versions = [view.version]
    view.apply(hint(6, ['t:x']), 0)
    versions.push(view.version)
    view.apply(hint(6, ['t:x']), 0)
    versions.push(view.version)
    view.reset(GENERATION, 9)
    versions.push(view.version)
    view.forget()
    versions.push(view.version)
    expect(new Set(versions).size).toBe(5)
  })

  it('drops the markers invalidated longest ago above its bound, and raises its floor to them', () => {
    const view = adopted(5, 2)
    for (const [clock, name] of [
      [6, 't:a'],
      [7, 't:b'],
      [8, 't:a'],
      [9, 't:c'],
    ] as const)
      view.apply(hint(clock, [name]), 0)
    expect([...view.markers.keys()]).toEqual(['t:a', 't:c'])
    expect(view.floor).toBe(7)
  })

  it('begins anew as of an answer, but keeps what its generation is known to have invalidated after it', () => {
    const view = adopted(5)
    view.apply(hint(8, ['t:a'], 'soft'), 0)
    view.apply(hint(9, ['t:b']), 0)
    view.apply(hint(11, ['t:c']), 0)
    view.reset(GENERATION, 8)
    expect([...view.markers.keys()]).toEqual(['t:b', 't:c'])
    expect([view.clock, view.floor]).toEqual([9, 8])
    view.reset(OTHER, 3)
    expect([view.generation, view.clock, view.floor, view.markers.size]).toEqual([OTHER, 3, 3, 0])
  })

  it('gives up on a chain with too many gaps instead of remembering it without end', () => {
    const view = adopted(1)
    for (let clock = 3; clock < 1000; clock++) view.apply(hint(clock, ['t:x']), 0)
    view.apply(hint(2, ['t:x']), 0)
    expect(view.clock).toBeLessThan(999)
    expect(view.markers.get('t:x')?.hard).toBe(999)
  })

  it('keeps the earlier deadline where nobody knows the time, so that it may have passed', () => {
    const view = adopted(1)
    view.apply(hint(2, ['t:x'], 'soft', 1000), Infinity)
    // As the reply to an own invalidation, and the word of it that goes to all.
    view.apply(hint(2, ['t:x'], 'soft', 1000), Infinity)
    expect(view.markers.get('t:x')).toEqual({ hard: 0, soft: 2, deadline: 1000 })
    view.apply(hint(3, ['t:x'], 'soft', 3000), Infinity)
    expect(view.markers.get('t:x')).toEqual({ hard: 0, soft: 3, deadline: 1000 })
    const loaded = { generation: GENERATION, clock: 1, names: ['t:x'] }
    expect([999, 1000, Infinity].map((time) => decide(loaded, view, 'ask', time))).toEqual(['stale', 'gone', 'gone'])
  })

  it('keeps hard and soft apart, and never postpones a deadline', () => {
    const view = adopted(1)
    view.apply(hint(2, ['t:x']), 0)
    view.apply(hint(3, ['t:x'], 'soft', 1000), 0)
    view.apply(hint(4, ['t:x'], 'soft', 2000), 500)
    expect(view.markers.get('t:x')).toEqual({ hard: 2, soft: 4, deadline: 1000 })
    view.apply(hint(5, ['t:x'], 'soft', 3000), 1000)
    expect(view.markers.get('t:x')).toEqual({ hard: 4, soft: 5, deadline: 3000 })
  })
})

/** What the backend did, in order: the invalidation number `n` has the clock `n + 2`. */
const history = fc.array(
  fc.record({
    names: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 }),
    kind: fc.constantFrom('hard' as const, 'soft' as const),
  }),
  {
    minLength: 1,
    maxLength: 25,
  },
)
/** What a process gets of it: hints, of which some are lost, doubled or late, and answers, which may be late as well. */
const delivery = fc.array(
  fc.record({
    what: fc.constantFrom('hint' as const, 'hint' as const, 'hint' as const, 'answer' as const),
    at: fc.nat(24),
  }),
  { maxLength: 60 },
)

describe('any order of hints and answers with gaps', () => {
  it('never lets an entry through that was invalidated by the clock the view has reached', () => {
    fc.assert(
      fc.property(history, delivery, (happened, steps) => follow(adopted(1), happened, steps)),
      { numRuns: 1000 },
    )
  })

  it('never does so by forgetting what it dropped above its bound', () => {
    fc.assert(
      fc.property(history, delivery, fc.integer({ min: 1, max: 4 }), (happened, steps, mostMarkers) =>
        follow(
          adopted(1, mostMarkers),
          happened,
          steps.filter(({ what }) => what === 'hint'),
        ),
      ),
      { numRuns: 1000 },
    )
  })
})

/** Takes in what was delivered, and compares the view with what really happened after each step. */
function follow(
  view: ProcessView,
  happened: readonly Pick<Hint, 'names' | 'kind'>[],
  steps: readonly { readonly what: 'hint' | 'answer'; readonly at: number }[],
): void {
  for (const { what, at } of steps) {
    const index = at % happened.length
    const one = happened[index]
    const clock = index + 2
    if (what === 'hint' && one !== undefined) view.apply(hint(clock, one.names, one.kind), 0)
    // An answer that is behind the view changes nothing, as Coherence has it.
    if (what === 'answer' && clock > view.clock) view.reset(GENERATION, clock)
    expect(wronglyDecided(view, happened)).toEqual([])
  }
}

/** Every entry that this view decides otherwise than the whole history up to the view's clock would, to its favour. */
function wronglyDecided(view: ProcessView, happened: readonly Pick<Hint, 'names' | 'kind'>[]): string[] {
  const wrong: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    for (let clock = 1; clock <= view.clock; clock++) {
      const verdict = decide({ generation: GENERATION, clock, names: [name] }, view, 'ask', 0)
      const later = happened.slice(clock - 1, view.clock - 1).filter(({ names }) => names.includes(name))
      if (verdict === 'valid' && later.length > 0) wrong.push(`${name} of clock ${clock} is valid at ${view.clock}`)
      if (verdict === 'stale' && later.some(({ kind }) => kind === 'hard'))
        wrong.push(`${name} of clock ${clock} is stale at ${view.clock}`)
    }
  }
  return wrong
}
