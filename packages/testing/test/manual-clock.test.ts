import { describe, expect, it } from 'vitest'
import { manualClock } from '../src/index.ts'

/** A promise callback between two timers. */
const chain = (clock: ReturnType<typeof manualClock>, log: string[]): void => {
  clock.schedule(10, () => void Promise.resolve().then(() => log.push(`then@${clock.now()}`)))
  clock.schedule(20, () => log.push('second'))
}

describe('manualClock', () => {
  it('stands still until it advances', () => {
    const clock = manualClock(1000)
    expect(clock.now()).toBe(1000)
    clock.advance(5)
    expect(clock.now()).toBe(1005)
  })

  it('runs what is due in order, each at its own instant, what is scheduled on the way included', () => {
    const clock = manualClock()
    const ran: string[] = []
    const note = (name: string) => (): void => void ran.push(`${name}@${clock.now()}`)
    clock.schedule(30, note('c'))
    clock.schedule(10, () => {
      note('a')()
      clock.schedule(5, note('nested'))
      clock.schedule(0, note('at once'))
    })
    clock.schedule(20, note('b1'))
    clock.schedule(20, note('b2'))
    clock.schedule(31, note('late'))
    clock.advance(30)
    expect(ran).toEqual(['a@10', 'at once@10', 'nested@15', 'b1@20', 'b2@20', 'c@30'])
    expect([clock.now(), clock.pending()]).toEqual([30, 1])
  })

  it('does not run what was cancelled, also by an earlier callback of the same instant', () => {
    const clock = manualClock()
    const ran: string[] = []
    clock.schedule(1, () => cancel())
    const cancel = clock.schedule(1, () => ran.push('cancelled'))
    const stop = clock.schedule(2, () => ran.push('ran'))
    clock.advance(2)
    stop()
    cancel()
    expect(ran).toEqual(['ran'])
    expect(clock.pending()).toBe(0)
  })

  it('lets promises settle between callbacks with advanceAsync, and not with advance', async () => {
    const log: string[] = []
    const clock = manualClock()
    chain(clock, log)
    await clock.advanceAsync(20)
    expect(log).toEqual(['then@10', 'second'])
    const plain: string[] = []
    const other = manualClock()
    chain(other, plain)
    other.advance(20)
    expect(plain).toEqual(['second'])
  })

  it('sleeps through several waits of an async function', async () => {
    const clock = manualClock()
    const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => void clock.schedule(ms, resolve))
    const done: number[] = []
    const work = (async () => {
      for (const ms of [10, 20, 30]) {
        await sleep(ms)
        done.push(clock.now())
      }
    })()
    await clock.advanceAsync(100)
    await work
    expect(done).toEqual([10, 30, 60])
    expect(clock.now()).toBe(100)
  })

  it('stays at the instant of a callback that throws, and can go on', () => {
    const clock = manualClock()
    clock.schedule(10, () => {
      throw new Error('no')
    })
    expect(() => clock.advance(20)).toThrow('no')
    expect(clock.now()).toBe(10)
    clock.advance(20)
    expect(clock.now()).toBe(30)
  })

  it('refuses to go back, and to run for ever', () => {
    const clock = manualClock()
    for (const ms of [-1, Number.NaN, Infinity])
      expect(() => clock.advance(ms)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    const again = (): void => void clock.schedule(0, again)
    again()
    expect(() => clock.advance(1)).toThrow(/schedules itself/)
  })
})
