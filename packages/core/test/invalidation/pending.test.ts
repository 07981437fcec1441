import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVERYTHING } from '../../src/invalidation/names.ts'
import { type Batch, Pending, type Unreached } from '../../src/invalidation/pending.ts'

const hard = (...names: string[]): Unreached => ({ names, kind: 'hard', deadline: Infinity })
const soft = (...names: string[]): Unreached => ({ names, kind: 'soft', deadline: Infinity })

/** Takes out everything that waits, as a replay does, and tells what was sent in which order. */
function drain(pending: Pending): Unreached[] {
  const sent: Unreached[] = []
  for (let batch = pending.next(); batch !== undefined; batch = pending.next()) {
    sent.push(batch.invalidation)
    pending.settled(batch)
  }
  return sent
}

describe('invalidations that wait', () => {
  it('are none at first, and let everything through', () => {
    const pending = new Pending()
    expect([pending.empty, pending.size, pending.next()]).toEqual([true, 0, undefined])
    expect(pending.allows(['k:x'], 0)).toBe(true)
  })

  it('hold for what was loaded before them, by each of its names, and not for what was loaded since', () => {
    const pending = new Pending()
    pending.add(hard('t:a', 't:b'))
    const between = pending.sequence
    pending.add(hard('t:c'))
    expect(pending.allows(['k:x', 't:b'], between - 1)).toBe(false)
    expect(pending.allows(['k:x', 't:b'], between)).toBe(true)
    expect(pending.allows(['t:b', 't:c'], between)).toBe(false)
    expect(pending.allows(['t:b', 't:c'], pending.sequence)).toBe(true)
    expect(pending.allows(['k:x'], 0)).toBe(true)
  })

  it('do not hold here when they are soft, and are sent all the same', () => {
    const pending = new Pending()
    pending.add(soft('t:a'))
    expect(pending.allows(['t:a'], 0)).toBe(true)
    expect(drain(pending)).toEqual([soft('t:a')])
  })

  it('are sent in their order, neighbours of one kind together', () => {
    const pending = new Pending()
    for (const one of [hard('t:a'), hard('t:b', 't:a'), soft('t:c'), hard('t:d')]) expect(pending.add(one)).toBe(true)
    expect(pending.size).toBe(5)
    expect(drain(pending)).toEqual([hard('t:a', 't:b'), soft('t:c'), hard('t:d')])
    expect([pending.empty, pending.size]).toEqual([true, 0])
    expect(pending.allows(['t:a'], 0)).toBe(true)
  })

  it('of very many names go in pieces, each of which has its own time to be answered', () => {
    const pending = new Pending()
    const names = Array.from({ length: 2500 }, (_, n) => `t:${n}`)
    pending.add(hard(...names))
    pending.add(hard('t:last'))
    expect(pending.size).toBe(2501)
    const sent = drain(pending)
    expect(sent.map((each) => each.names.length)).toEqual([1000, 1000, 501])
    expect(sent.flatMap((each) => each.names)).toEqual([...names, 't:last'])
    expect(pending.size).toBe(0)
  })

  it('of one kind with different deadlines go apart', () => {
    const pending = new Pending()
    pending.add({ ...soft('t:a'), deadline: 5 })
    pending.add({ ...soft('t:b'), deadline: 6 })
    expect(drain(pending).map(({ deadline }) => deadline)).toEqual([5, 6])
  })

  it('go a thousand names at a time, and no more for one that is larger', () => {
    const pending = new Pending()
    const names = (from: number, count: number): string[] => Array.from({ length: count }, (_, n) => `t:${from + n}`)
    for (let n = 0; n < 3; n++) pending.add(hard(...names(n * 400, 400)))
    pending.add(hard(...names(5000, 2500)))
    expect(drain(pending).map((one) => one.names.length)).toEqual([800, 400, 1000, 1000, 500])
  })

  it('still hold while the rest of the list waits', () => {
    const pending = new Pending()
    pending.add(hard('t:a'))
    pending.add(soft('t:b'))
    const batch = pending.next()
    if (batch !== undefined) pending.settled(batch)
    expect(pending.allows(['t:a'], 0)).toBe(false)
    drain(pending)
    expect(pending.allows(['t:a'], 0)).toBe(true)
  })

  it('become one for everything above their bound, which holds for all that was loaded before', () => {
    const pending = new Pending(3)
    pending.add(hard('t:a', 't:b'))
    const batch = pending.next()
    expect(pending.add(hard('t:c', 't:d'))).toBe(false)
    expect(pending.size).toBe(1)
    expect(pending.allows(['k:other', EVERYTHING], pending.sequence - 1)).toBe(false)
    if (batch !== undefined) pending.settled(batch)
    expect(drain(pending)).toEqual([hard(EVERYTHING)])
  })

  it('are never forgotten: whatever is added is sent afterwards, itself or within everything, and in order', () => {
    const action = fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 4 }), kind: fc.constantFrom('hard' as const, 'soft' as const) }),
      fc.constantFrom('begin' as const, 'end' as const),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (actions, most) => {
        const run = new Run(most)
        for (const step of actions) {
          if (step === 'begin') run.begin()
          else if (step === 'end') run.end()
          else run.add(step.count, step.kind)
        }
        run.end()
        for (run.begin(); run.underWay; run.begin()) run.end()
        expect(run.forgotten()).toEqual([])
        expect(run.firstSendings()).toEqual([...run.firstSendings()].sort((a, b) => a - b))
        expect([run.pending.empty, run.pending.size]).toEqual([true, 0])
      }),
    )
  })
})

/** A list under test with its replays, whose names are numbers that never repeat. */
class Run {
  readonly pending: Pending
  readonly #added: { readonly name: string; readonly kind: string }[] = []
  readonly #sent: { readonly batch: Batch; readonly knows: number }[] = []
  #batch: { readonly batch: Batch; readonly knows: number } | undefined

  constructor(most: number) {
    this.pending = new Pending(most)
  }

  get underWay(): boolean {
    return this.#batch !== undefined
  }

  add(count: number, kind: 'hard' | 'soft'): void {
    const names = Array.from({ length: count }, (_, n) => String(this.#added.length + n))
    this.pending.add({ names, kind, deadline: Infinity })
    this.#added.push(...names.map((name) => ({ name, kind })))
    if (kind === 'hard') expect(this.pending.allows([...names, EVERYTHING], this.pending.sequence - 1)).toBe(false)
  }

  begin(): void {
    const batch = this.pending.next()
    this.#batch = batch && { batch, knows: this.#added.length }
  }

  end(): void {
    if (this.#batch === undefined) return
    this.#sent.push(this.#batch)
    this.pending.settled(this.#batch.batch)
    this.#batch = undefined
  }

  /** Names that no batch held that was taken after they were added. */
  forgotten(): string[] {
    const covered = ({ name, kind }: { name: string; kind: string }): boolean =>
      this.#sent.some(({ batch: { invalidation }, knows }) => {
        if (knows <= Number(name)) return false
        return (
          invalidation.names.includes(EVERYTHING) || (invalidation.kind === kind && invalidation.names.includes(name))
        )
      })
    return this.#added.filter((one) => !covered(one)).map(({ name }) => name)
  }

  /** The names that were sent as themselves, in the order of their first sending. */
  firstSendings(): number[] {
    const names = this.#sent.flatMap(({ batch }) => batch.invalidation.names).filter((name) => name !== EVERYTHING)
    return [...new Set(names)].map(Number)
  }
}
