import { type ManualClock, manualClock } from '@redstart/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { RedstartError } from '../../src/errors.ts'
import type { RedstartEvent } from '../../src/index.ts'
import { CHANGED, TrackedKeys, UNKNOWN } from '../../src/invalidation/tracked-keys.ts'
import { Telemetry } from '../../src/telemetry/telemetry.ts'
import { settle, ToldByHand } from './told-by-hand.ts'

const MAX_STALENESS = 1000
const DEADLINE = 250
const PAUSE = DEADLINE / 10

let store: ToldByHand
let clock: ManualClock
let events: RedstartEvent[]
let changed: string[]
let keys: TrackedKeys

beforeEach(() => {
  store = new ToldByHand()
  clock = manualClock(5000)
  events = []
  changed = []
  const telemetry = new Telemetry()
  telemetry.subscribe((event) => void events.push(event))
  keys = new TrackedKeys({
    store,
    clock,
    telemetry,
    maxStaleness: MAX_STALENESS,
    deadline: DEADLINE,
    changed: (path) => changed.push(path),
  })
})

/** Whether a copy of this epoch may be used now. */
const covers = (epoch: number): boolean => keys.covers(epoch, clock.now())

/** Uses it, and has the confirmation that this asks for answered. */
async function prove(): Promise<void> {
  keys.mark()
  await store.confirm()
}

const unavailable = (): RedstartError => new RedstartError('STORE_UNAVAILABLE', 'Redis cannot be reached')

describe('a copy that was read', () => {
  beforeEach(prove)

  it('may be used while nothing was told', () => {
    expect(covers(keys.epochOf('n:a', keys.mark()))).toBe(true)
  })

  it('is CHANGED when its key was told after its read was sent, and so is no other', () => {
    const mark = keys.mark()
    store.change('n:a')
    expect(keys.epochOf('n:a', mark)).toBe(CHANGED)
    expect(covers(keys.epochOf('n:a', mark))).toBe(false)
    expect(covers(keys.epochOf('n:b', mark))).toBe(true)
    expect(changed).toEqual(['n:a'])
  })

  it('may be used when its read was sent after its key was told', () => {
    store.change('n:a', 'n:b', 'n:a')
    const mark = keys.mark()
    store.change('n:b')
    expect(covers(keys.epochOf('n:a', mark))).toBe(true)
    expect(keys.epochOf('n:b', mark)).toBe(CHANGED)
  })

  it('is UNKNOWN when there was a loss since its read was sent, which is never covered', async () => {
    const mark = keys.mark()
    store.lose()
    expect(keys.epochOf('n:a', mark)).toBe(UNKNOWN)
    await prove()
    expect(covers(keys.epochOf('n:a', mark))).toBe(false)
    expect(covers(keys.epochOf('n:a', keys.mark()))).toBe(true)
  })

  it('may not be used any more after a loss, however often it is confirmed', async () => {
    const epoch = keys.epochOf('n:a', keys.mark())
    expect(keys.isCurrent(epoch)).toBe(true)
    store.lose()
    expect(keys.isCurrent(epoch)).toBe(false)
    for (let n = 0; n < 3; n++) {
      await prove()
      expect(covers(epoch)).toBe(false)
    }
  })

  it('is never current where it is CHANGED or UNKNOWN', () => {
    expect(keys.isCurrent(CHANGED)).toBe(false)
    expect(keys.isCurrent(UNKNOWN)).toBe(false)
    expect(covers(CHANGED)).toBe(false)
    expect(covers(UNKNOWN)).toBe(false)
  })
})

describe('the changes that are remembered', () => {
  beforeEach(prove)

  const MOST = 10_000
  const others = (count: number): string[] => Array.from({ length: count }, (_, n) => `n:other${n}`)

  it('are enough for ten thousand keys while a read is on its way', () => {
    const mark = keys.mark()
    store.change('n:a', ...others(MOST - 1))
    expect(keys.epochOf('n:a', mark)).toBe(CHANGED)
    expect(covers(keys.epochOf('n:b', mark))).toBe(true)
  })

  it('are forgotten beyond it: a read that was on its way fills nothing, whatever its key', () => {
    const mark = keys.mark()
    store.change('n:a')
    const between = keys.mark()
    store.change(...others(MOST))
    expect(covers(keys.epochOf('n:a', mark))).toBe(false)
    expect(keys.epochOf('n:b', mark)).toBe(UNKNOWN)
    expect(covers(keys.epochOf('n:a', between))).toBe(true)
    expect(covers(keys.epochOf('n:b', keys.mark()))).toBe(true)
  })

  it('take no more room for one key that is changed again and again', () => {
    const mark = keys.mark()
    for (let n = 0; n < 3 * MOST; n++) store.change('n:busy')
    expect(keys.epochOf('n:busy', mark)).toBe(CHANGED)
    expect(covers(keys.epochOf('n:a', mark))).toBe(true)
  })

  it('keep the last change of a key that was changed before all others, too', () => {
    store.change('n:a')
    store.change(...others(MOST - 1))
    const mark = keys.mark()
    store.change('n:a')
    store.change('n:one more')
    expect(keys.epochOf('n:a', mark)).toBe(CHANGED)
  })
})

describe('a confirmation', () => {
  it('is needed before anything may be used', async () => {
    const epoch = keys.epochOf('n:a', keys.mark())
    expect(covers(epoch)).toBe(false)
    await store.confirm()
    expect(covers(epoch)).toBe(true)
  })

  it('is asked for with the deadline, and once at a time', () => {
    for (let n = 0; n < 10; n++) keys.mark()
    expect(store.asked.map(({ timeout }) => timeout)).toEqual([DEADLINE])
  })

  it('that begins with a loss is asked for again, and the second one counts', async () => {
    keys.mark()
    store.lose()
    await store.confirm()
    const epoch = keys.epochOf('n:a', keys.mark())
    expect(covers(epoch)).toBe(false)
    expect(store.asked).toHaveLength(2)
    await store.confirm()
    expect(covers(epoch)).toBe(true)
  })

  it('that is overtaken by a loss each time proves nothing, and is not asked for again at once', async () => {
    const before = keys.epochOf('n:a', keys.mark())
    for (let n = 0; n < 2; n++) {
      store.lose()
      await store.confirm()
    }
    expect(covers(before)).toBe(false)
    expect(covers(keys.epochOf('n:a', keys.mark()))).toBe(false)
    expect(store.asked).toHaveLength(2)
    await clock.advanceAsync(PAUSE)
    await prove()
    expect(covers(keys.epochOf('n:a', keys.mark()))).toBe(true)
    expect(events).toEqual([])
  })

  it('stands for maxStaleness from the moment at which it was asked for, not from the answer', async () => {
    keys.mark()
    const epoch = keys.epochOf('n:a', 0)
    clock.advance(200)
    await store.confirm()
    clock.advance(MAX_STALENESS - 200)
    expect(covers(epoch)).toBe(true)
    clock.advance(1)
    expect(covers(epoch)).toBe(false)
  })

  it('renews what was there, without a gap, once half of its time is over and it is used', async () => {
    await prove()
    const epoch = keys.epochOf('n:a', keys.mark())
    clock.advance(MAX_STALENESS / 2)
    expect(covers(epoch)).toBe(true)
    expect(store.asked).toHaveLength(1)
    clock.advance(1)
    expect(covers(epoch)).toBe(true)
    expect(store.asked).toHaveLength(2)
    await store.confirm()
    clock.advance(MAX_STALENESS)
    expect(covers(epoch)).toBe(true)
  })

  it('is not asked for while nothing is used', async () => {
    await prove()
    await clock.advanceAsync(100 * MAX_STALENESS)
    store.change('n:a')
    keys.epochOf('n:a', 0)
    await clock.advanceAsync(100 * MAX_STALENESS)
    expect(store.asked).toHaveLength(1)
    expect(clock.pending()).toBe(0)
  })
})

describe('a confirmation that fails', () => {
  it('is told as an event of tracking, and proves nothing', async () => {
    keys.mark()
    const error = unavailable()
    await store.refuse(error)
    expect(events).toEqual([{ type: 'store.error', operation: 'track', code: 'STORE_UNAVAILABLE', error }])
    expect(covers(keys.epochOf('n:a', keys.mark()))).toBe(false)
  })

  it('is told by the code STORE_FAILED where it fails in another way, and not at all when the store was closed', async () => {
    keys.mark()
    await store.refuse(new TypeError('a bug'))
    expect(events).toMatchObject([{ operation: 'track', code: 'STORE_FAILED' }])
    await clock.advanceAsync(PAUSE)
    keys.mark()
    await store.refuse(new RedstartError('CLOSED', 'The store was closed'))
    expect(events).toHaveLength(1)
  })

  it.each(['never was one that succeeded', 'was one that still stands'])(
    'is followed by a pause of a tenth of the deadline, where there %s',
    async (before) => {
      if (before !== 'never was one that succeeded') {
        await prove()
        clock.advance(MAX_STALENESS / 2 + 1)
      }
      const first = store.asked.length
      for (let ms = 0; ms < 200; ms++) {
        keys.mark()
        await store.refuse(unavailable())
        await clock.advanceAsync(1)
      }
      expect(store.asked.length - first).toBeLessThanOrEqual(200 / PAUSE)
      expect(store.asked.length - first).toBeGreaterThan(200 / PAUSE - 2)
      expect(events).toHaveLength(store.asked.length - first)
    },
  )

  it('takes nothing from the one before it: what that said stands for as long as it would have', async () => {
    await prove()
    const epoch = keys.epochOf('n:a', keys.mark())
    clock.advance(MAX_STALENESS - 1)
    expect(covers(epoch)).toBe(true)
    await store.refuse(unavailable())
    expect(covers(epoch)).toBe(true)
    clock.advance(2)
    expect(covers(epoch)).toBe(false)
    await clock.advanceAsync(PAUSE)
    expect(covers(epoch)).toBe(false)
    await store.confirm()
    expect(covers(epoch)).toBe(true)
  })

  it('leaves no timer behind', async () => {
    keys.mark()
    await store.refuse(unavailable())
    await clock.advanceAsync(PAUSE)
    await settle()
    expect(clock.pending()).toBe(0)
  })
})
