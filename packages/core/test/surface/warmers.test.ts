import { AsyncResource } from 'node:async_hooks'
import { describe, expect, it, vi } from 'vitest'
import type { WarmingProgress } from '../../src/index.ts'
import { type Gate, gate, open } from '../cache/instance.ts'

const INVALID = { code: 'INVALID_ARGUMENT' }
const load = (): number => 1
const DONE = { failed: 0, milliseconds: 0, aborted: false }
const turns = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await new Promise(setImmediate)
}

/** Warms items that a test lets through one by one. */
function held() {
  const begun: number[] = []
  const gates = new Map<number, Gate<void>>()
  const signals: AbortSignal[] = []
  return {
    begun,
    signals,
    warm: (item: number, { signal }: { readonly signal: AbortSignal }): Promise<void> => {
      begun.push(item)
      signals.push(signal)
      const one = gate()
      gates.set(item, one)
      return one.promise
    },
    pass: (...items: readonly number[]): void => items.forEach((item) => gates.get(item)?.pass()),
    fail: (item: number): void => gates.get(item)?.fail(new Error(`no ${item}`)),
  }
}

describe('a warmer', () => {
  it('loads what will be needed, through whatever it calls', async () => {
    const { cache, warmers } = open()
    const dish = cache.define('menu', { key: (id: number) => id }, (id) => `dish ${id}`)
    warmers.register('dishes', { items: [1, 2, 3], warm: (id) => dish(id) })
    expect(warmers.names).toEqual(['dishes'])
    expect([1, 2, 3].map((id) => dish.peek(id).hit)).toEqual([false, false, false])
    expect(await warmers.run('dishes')).toEqual({ warmed: 3, ...DONE })
    expect([1, 2, 3].map((id) => dish.peek(id).hit)).toEqual([true, true, true])
  })

  it.each([
    ['a list', () => [1, 2]],
    ['a set', () => new Set([1, 2])],
    [
      'a generator',
      function* () {
        yield 1
        yield 2
      },
    ],
    [
      'a generator that takes its time',
      async function* () {
        yield 1
        await turns()
        yield 2
      },
    ],
    ['a list that comes later', async () => [1, 2]],
  ])('takes %s, asked for at each run', async (_, items) => {
    const { warmers } = open()
    const warmed: number[] = []
    warmers.register('items', { items, warm: (item: number) => warmed.push(item) })
    expect(await warmers.run('items')).toEqual({ warmed: 2, ...DONE })
    expect(await warmers.run('items')).toEqual({ warmed: 2, ...DONE })
    expect(warmed).toEqual([1, 2, 1, 2])
  })

  it.each([
    [1, [0]],
    [3, [0, 1, 2]],
    [undefined, [0, 1, 2, 3]],
    [20, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('warms %s at a time', async (concurrency, first) => {
    const { warmers } = open()
    const { begun, warm, pass } = held()
    warmers.register('items', {
      items: Array.from({ length: 10 }, (_, n) => n),
      warm,
      ...(concurrency && { concurrency }),
    })
    const running = warmers.run('items')
    await turns()
    expect(begun).toEqual(first)
    for (let n = 0; n < 10; n++) {
      pass(n)
      await turns()
      expect(begun.length).toBe(Math.min(10, first.length + n + 1))
    }
    expect(await running).toEqual({ warmed: 10, ...DONE })
  })

  it('takes no more items than it warms', async () => {
    const { warmers } = open()
    const { warm, pass } = held()
    let given = 0
    warmers.register('items', {
      items: function* () {
        while (given < 100) yield given++
      },
      warm,
      concurrency: 2,
    })
    const stop = new AbortController()
    const running = warmers.run('items', { signal: stop.signal })
    await turns()
    expect(given).toBeLessThanOrEqual(3)
    stop.abort()
    pass(0, 1)
    expect(await running).toMatchObject({ warmed: 0, aborted: true })
  })

  it('tells each caller how far it has come', async () => {
    const { warmers, of } = open()
    const told: WarmingProgress[] = []
    warmers.register('items', {
      items: [1, 2, 3],
      concurrency: 1,
      warm: (item: number) => {
        if (item === 2) throw new Error('no 2')
      },
    })
    expect(await warmers.run('items', { onProgress: (progress) => told.push(progress) })).toEqual({
      ...DONE,
      warmed: 2,
      failed: 1,
    })
    expect(told).toEqual([
      { warmed: 1, failed: 0 },
      { warmed: 1, failed: 1 },
      { warmed: 2, failed: 1 },
    ])
    expect(of('warmer.failed')).toMatchObject([{ warmer: 'items', error: { message: 'no 2' } }])
  })

  it('goes on where somebody who is told throws', async () => {
    const { warmers, of } = open()
    const warmed: number[] = []
    warmers.register('items', { items: [1, 2], warm: (item: number) => warmed.push(item) })
    const onProgress = (): void => {
      throw new Error('broken listener')
    }
    expect(await warmers.run('items', { onProgress })).toMatchObject({ warmed: 2 })
    expect(of('listener.error')).toHaveLength(1)
    expect(of('warmer.failed')).toEqual([])
  })

  it('rejects where the items cannot be found, and runs again', async () => {
    const { warmers } = open()
    let failing = true
    warmers.register('items', {
      items: function* () {
        yield 1
        if (failing) throw new Error('no items')
      },
      warm: () => undefined,
    })
    await expect(warmers.run('items')).rejects.toThrow('no items')
    failing = false
    expect(await warmers.run('items')).toEqual({ warmed: 1, ...DONE })
  })

  it('that runs is joined, and told to all who joined', async () => {
    const { warmers } = open()
    const { begun, warm, pass } = held()
    const told: string[] = []
    warmers.register('items', { items: [1, 2], warm, concurrency: 1 })
    const one = warmers.run('items', { onProgress: () => told.push('one') })
    await turns()
    const two = warmers.run('items', { onProgress: () => told.push('two') })
    pass(1)
    await turns()
    pass(2)
    const [first, second] = await Promise.all([one, two])
    expect(second).toEqual(first)
    expect(begun).toEqual([1, 2])
    expect(told).toEqual(['one', 'two', 'one', 'two'])
  })

  it('ends when its caller says so: nothing more is begun, and what runs is told and not waited for', async () => {
    const { warmers } = open()
    const { begun, signals, warm, pass } = held()
    warmers.register('items', { items: [1, 2, 3, 4], warm, concurrency: 2 })
    const stop = new AbortController()
    const running = warmers.run('items', { signal: stop.signal })
    await turns()
    pass(1)
    await turns()
    stop.abort()
    await turns()
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
    expect(await running).toMatchObject({ warmed: 1, failed: 0, aborted: true })
    pass(2, 3)
    await turns()
    expect(begun).toEqual([1, 2, 3])
  })

  it('does not end for one caller while another one waits', async () => {
    const { warmers } = open()
    const { begun, warm, pass } = held()
    warmers.register('items', { items: [1, 2], warm, concurrency: 1 })
    const [stop, other] = [new AbortController(), new AbortController()]
    const one = warmers.run('items', { signal: stop.signal })
    const two = warmers.run('items', { signal: other.signal })
    await turns()
    stop.abort()
    expect(await one).toMatchObject({ warmed: 0, aborted: true })
    pass(1)
    await turns()
    expect(begun).toEqual([1, 2])
    other.abort()
    expect(await two).toMatchObject({ warmed: 1, aborted: true })
    pass(2)
  })

  it('begins nothing for a signal that has fired already', async () => {
    const { warmers } = open()
    const items = vi.fn(() => [1])
    warmers.register('items', { items, warm: () => undefined })
    expect(await warmers.run('items', { signal: AbortSignal.abort() })).toEqual({ ...DONE, warmed: 0, aborted: true })
    expect(items).not.toHaveBeenCalled()
  })

  it.each([
    ['its items', { items: () => new Promise<number[]>(() => undefined) }],
    [
      'its next item',
      {
        items: async function* () {
          yield 1
          await new Promise(() => undefined)
        },
      },
    ],
  ])('ends, too, while %s never come', async (_, { items }) => {
    const { warmers, close } = open()
    warmers.register('items', { items, warm: () => undefined })
    const stop = new AbortController()
    const running = warmers.run('items', { signal: stop.signal })
    await turns()
    stop.abort()
    expect(await running).toMatchObject({ aborted: true })
    void warmers.run('items')
    await turns()
    await close()
  })

  it('with a schedule runs at once, and again so long after each end', async () => {
    const { warmers, clock } = open()
    const { begun, warm, pass } = held()
    warmers.register('items', { items: [1], warm, every: '10s' })
    await clock.advanceAsync(0)
    expect(begun).toEqual([1])
    await clock.advanceAsync(20_000)
    expect(begun).toEqual([1])
    pass(1)
    await clock.advanceAsync(9999)
    expect(begun).toEqual([1])
    await clock.advanceAsync(1)
    expect(begun).toEqual([1, 1])
  })

  it('with a schedule goes on after failures, which are told', async () => {
    const { warmers, clock, of } = open()
    let runs = 0
    warmers.register('items', {
      items: () => {
        if (runs++ < 2) throw new Error('no items')
        return [1]
      },
      warm: () => Promise.reject(new Error('no 1')),
      every: '1s',
    })
    await clock.advanceAsync(3000)
    expect(runs).toBe(4)
    expect(of('warmer.failed').map(({ error }) => String(error))).toEqual([
      'Error: no items',
      'Error: no items',
      'Error: no 1',
      'Error: no 1',
    ])
  })

  it('with a schedule is joined by who runs it, whose signal does not end it', async () => {
    const { warmers, clock } = open()
    const { begun, warm, pass } = held()
    warmers.register('items', { items: [1, 2], warm, every: '1h', concurrency: 1 })
    await clock.advanceAsync(0)
    const stop = new AbortController()
    const joined = warmers.run('items', { signal: stop.signal })
    stop.abort()
    expect(await joined).toMatchObject({ warmed: 0, aborted: true })
    pass(1)
    await clock.advanceAsync(0)
    expect(begun).toEqual([1, 2])
  })

  it('that is taken away ends, runs no more, and leaves its name and no timer', async () => {
    const { warmers, clock } = open()
    const { begun, signals, warm, pass } = held()
    const waiting = clock.pending()
    const remove = warmers.register('items', { items: [1, 2], warm, every: '1s', concurrency: 1 })
    await clock.advanceAsync(0)
    remove()
    remove()
    expect(signals[0]?.aborted).toBe(true)
    pass(1)
    await clock.advanceAsync(60_000)
    expect([begun, warmers.names, clock.pending()]).toEqual([[1], [], waiting])
    await expect(warmers.run('items')).rejects.toMatchObject(INVALID)
    const stillThere = warmers.register('items', { items: [5], warm: () => undefined })
    remove()
    expect(warmers.names).toEqual(['items'])
    stillThere()
  })

  it('takes the place of another with `redefine`, whose run ends', async () => {
    const { warmers, clock, close } = open({ redefine: true })
    const [older, newer] = [held(), held()]
    const waiting = clock.pending()
    const remove = warmers.register('items', { items: [1, 2], warm: older.warm, every: '1s', concurrency: 1 })
    await clock.advanceAsync(0)
    const joined = warmers.run('items')
    warmers.register('items', { items: [3], warm: newer.warm, every: '1s' })
    expect(await joined).toMatchObject({ warmed: 0, aborted: true })
    remove()
    newer.pass(3)
    await clock.advanceAsync(1000)
    expect([older.begun, newer.begun, warmers.names]).toEqual([[1], [3, 3], ['items']])
    await close()
    expect(clock.pending()).toBe(waiting)
  })

  it('that is refused leaves the one before in its place', async () => {
    const { warmers } = open({ redefine: true })
    warmers.register('items', { items: [1], warm: () => undefined })
    expect(() => warmers.register('items', { items: 5 as never, warm: () => undefined })).toThrow(/^items is 5/)
    expect(await warmers.run('items')).toMatchObject({ warmed: 1 })
  })

  it('ends with its instance, which does not wait for what runs, and leaves no timer', async () => {
    const { cache, warmers, clock, close } = open()
    const { begun, warm, pass } = held()
    warmers.register('items', {
      items: [1, 2],
      concurrency: 1,
      every: '1s',
      warm: async (item: number, context) => {
        await warm(item, context)
        await cache.set(`menu:${item}`, item)
      },
    })
    await clock.advanceAsync(0)
    await close()
    pass(1)
    await clock.advanceAsync(60_000)
    expect([begun, clock.pending()]).toEqual([[1], 0])
    await expect(warmers.run('items')).rejects.toMatchObject({ code: 'CLOSED' })
    expect(() => warmers.register('more', { items: [1], warm, every: '1s' })).toThrow(
      expect.objectContaining({ code: 'CLOSED' }),
    )
    expect(clock.pending()).toBe(0)
  })

  it.each([
    ['no options', null],
    ['no items', { warm: load }],
    ['items that are none', { items: 5, warm: load }],
    ['a text as items', { items: 'ab', warm: load }],
    ['nothing to warm with', { items: [1] }],
    ['a concurrency of 0', { items: [1], warm: load, concurrency: 0 }],
    ['a concurrency of 1.5', { items: [1], warm: load, concurrency: 1.5 }],
    ['a timeout of 0', { items: [1], warm: load, timeout: 0 }],
    ['a schedule of 0', { items: [1], warm: load, every: 0 }],
    ['a misspelt schedule', { items: [1], warm: load, every: '5 m' }],
  ])('with %s is refused, and leaves its name free', (_, options) => {
    const { warmers, clock } = open()
    const waiting = clock.pending()
    expect(() => warmers.register('items', options as never)).toThrow(expect.objectContaining(INVALID)) // what types forbid
    expect([warmers.names, clock.pending()]).toEqual([[], waiting])
  })

  it.each(['', null, 5, 'items'])('of the name %j is refused beside one that is called items', async (name) => {
    const { warmers } = open()
    warmers.register('items', { items: [1], warm: load })
    expect(() => warmers.register(name as never, { items: [1], warm: load })).toThrow(expect.objectContaining(INVALID)) // as above
    if (name !== 'items') await expect(warmers.run(name as never)).rejects.toMatchObject(INVALID) // as above
  })

  it.each([null, 5, { onProgress: 5 }])('is not run with the options %j', async (options) => {
    const { warmers } = open()
    const warm = vi.fn()
    warmers.register('items', { items: [1], warm })
    await expect(warmers.run('items', options as never)).rejects.toMatchObject(INVALID) // as above
    expect(warm).not.toHaveBeenCalled()
  })
})

describe('an item that never ends', () => {
  const never = (): Promise<void> => new Promise(() => undefined)

  it('counts as failed after its timeout, and the run goes on', async () => {
    const { warmers, clock, of } = open()
    const signals: AbortSignal[] = []
    warmers.register('items', {
      items: [1, 2],
      concurrency: 1,
      warm: (item, { signal }) => (signals.push(signal), item === 1 ? never() : undefined),
    })
    const running = warmers.run('items')
    await clock.advanceAsync(29_999)
    expect(signals).toHaveLength(1)
    await clock.advanceAsync(1)
    expect(await running).toMatchObject({ warmed: 1, failed: 1, aborted: false })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(of('warmer.failed')).toMatchObject([{ warmer: 'items', error: { code: 'LOAD_TIMEOUT' } }])
    warmers.register('short', { items: [1], warm: never, timeout: '1s' })
    const short = warmers.run('short')
    await clock.advanceAsync(1000)
    expect(await short).toMatchObject({ warmed: 0, failed: 1 })
  })

  it('holds up neither the close of the instance nor a run whose signal fires', async () => {
    const here = open()
    here.warmers.register('items', { items: [1, 2], warm: never })
    const stop = new AbortController()
    const left = here.warmers.run('items', { signal: stop.signal })
    await turns()
    stop.abort()
    expect(await left).toMatchObject({ warmed: 0, failed: 0, aborted: true })
    const running = here.warmers.run('items')
    await turns()
    await here.close()
    expect(await running).toMatchObject({ aborted: true })
    expect(here.clock.pending()).toBe(0)
  })
})

/** What comes of it, be it an error. */
async function failureOf(run: Promise<unknown>): Promise<unknown> {
  try {
    return await run
  } catch (error) {
    return error
  }
}

it('a warmer that runs itself, or through another, is told so, and what it has left behind may run it', async () => {
  const { warmers } = open()
  const cycle = { code: 'LOAD_CYCLE' }
  let later = async (): Promise<unknown> => undefined
  const met: unknown[] = []
  warmers.register('one', {
    items: [1],
    warm: async () => {
      await warmers.run('two')
      later = AsyncResource.bind(() => warmers.run('two'))
    },
  })
  warmers.register('two', {
    items: async () => [await failureOf(warmers.run('two'))],
    warm: async (error) => {
      met.push(error, await failureOf(warmers.run('one')))
    },
  })
  expect(await warmers.run('one')).toMatchObject({ warmed: 1, failed: 0 })
  expect(met).toMatchObject([cycle, cycle])
  await later()
  expect(met).toHaveLength(4)
  // What was left behind is no part of a run, and begins one.
  expect(met[3]).toMatchObject({ failed: 1 })
})

it('many items at a time bring no warning of many listeners', async () => {
  const { warmers } = open()
  const warned: string[] = []
  const listen = (warning: Error): void => void warned.push(warning.name)
  process.on('warning', listen)
  warmers.register('items', {
    items: Array.from({ length: 100 }, (_, n) => n),
    concurrency: 50,
    warm: async (_, { signal }) => {
      signal.addEventListener('abort', () => undefined)
      await turns()
    },
  })
  await warmers.run('items')
  await turns()
  process.off('warning', listen)
  expect(warned).toEqual([])
})
