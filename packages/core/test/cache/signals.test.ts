import { describe, expect, it } from 'vitest'
import type { LoadContext } from '../../src/index.ts'
import { type Gate, gate, open } from './instance.ts'

/** A loader that keeps its signals, and ignores them. */
function deafLoader(): {
  load: (context: LoadContext) => Promise<string>
  calls: (Gate<string> & { signal: AbortSignal })[]
} {
  const calls: (Gate<string> & { signal: AbortSignal })[] = []
  return {
    calls,
    load: ({ signal }) => {
      const call = { ...gate<string>(), signal }
      calls.push(call)
      return call.promise
    },
  }
}

/** One that rejects when its signal fires, as loaders should. */
function heedingLoader(): { load: (context: LoadContext) => Promise<string>; calls: AbortSignal[] } {
  const calls: AbortSignal[] = []
  return {
    calls,
    load: ({ signal }) => {
      calls.push(signal)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  }
}

describe('a caller whose signal fires', () => {
  it('gets its reason at once, and the load goes on for the others', async () => {
    const { cache, clock } = open()
    const { load, calls } = deafLoader()
    const caller = new AbortController()
    const leaving = cache.getOrSet('menu:1', load, { signal: caller.signal })
    const staying = cache.getOrSet('menu:1', load)
    await clock.advanceAsync(1)
    const reason = new Error('the request was closed')
    caller.abort(reason)
    await expect(leaving).rejects.toBe(reason)
    expect(calls[0]?.signal.aborted).toBe(false)
    calls[0]?.pass('soup')
    expect(await staying).toBe('soup')
    expect(calls).toHaveLength(1)
  })

  it('ends the load when it was the last one', async () => {
    const { cache, clock, of } = open()
    const { load, calls } = heedingLoader()
    const [one, other] = [new AbortController(), new AbortController()]
    const reads = [one, other].map(({ signal }) => cache.getOrSet('menu:1', load, { signal }).catch((e: unknown) => e))
    await clock.advanceAsync(1)
    one.abort('one')
    await clock.advanceAsync(1)
    expect(calls[0]?.aborted).toBe(false)
    other.abort('other')
    expect(await Promise.all(reads)).toEqual(['one', 'other'])
    expect(calls[0]?.aborted).toBe(true)
    expect(calls[0]?.reason).toMatchObject({ name: 'AbortError', message: expect.stringContaining('"menu:1"') })
    await clock.advanceAsync(0)
    expect(of('cache.load')).toMatchObject([{ outcome: 'abandoned' }])
    expect(cache.stats().namespaces['menu']).toMatchObject({ loads: 1, loadErrors: 0 })
    expect(clock.pending()).toBe(0)
  })

  it('lets who comes later begin anew, once the loader that was left has settled', async () => {
    const { cache, clock } = open()
    const { load, calls } = deafLoader()
    const caller = new AbortController()
    const left = cache.getOrSet('menu:1', load, { signal: caller.signal }).catch(() => 'left')
    await clock.advanceAsync(1)
    caller.abort()
    expect(await left).toBe('left')
    const later = cache.getOrSet('menu:1', load)
    await clock.advanceAsync(1000)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('thrown away')
    await clock.advanceAsync(0)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('new')
    expect(await later).toBe('new')
    expect(await cache.get('menu:1')).toBe('new')
  })

  it('lets who comes later begin after the loader’s time, when it ignores its signal', async () => {
    const { cache, clock } = open()
    const { load, calls } = deafLoader()
    const caller = new AbortController()
    const left = cache.getOrSet('menu:1', load, { signal: caller.signal, loadTimeout: '5s' }).catch(() => 'left')
    await clock.advanceAsync(1000)
    caller.abort()
    await left
    const later = cache.getOrSet('menu:1', load)
    await clock.advanceAsync(4999)
    expect(calls).toHaveLength(1)
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('new')
    expect(await later).toBe('new')
  })

  it('may also leave while it waits for its turn', async () => {
    const { cache, clock } = open()
    const { load, calls } = deafLoader()
    const [one, other] = [new AbortController(), new AbortController()]
    const reads: Promise<unknown>[] = []
    for (const { signal } of [one, other]) {
      reads.push(cache.getOrSet('menu:1', load, { signal }).catch((error: unknown) => error))
      await clock.advanceAsync(1)
      if (signal === one.signal) one.abort('one')
    }
    other.abort('other')
    expect(await Promise.all(reads)).toEqual(['one', 'other'])
    calls[0]?.pass('late')
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(1)
  })

  it('before the call is refused without a load', async () => {
    const { cache } = open()
    const { load, calls } = deafLoader()
    await expect(cache.getOrSet('menu:1', load, { signal: AbortSignal.abort('gone') })).rejects.toBe('gone')
    expect(calls).toHaveLength(0)
    await cache.getOrSet('menu:1', () => 'soup')
    await cache.get('menu:1')
    expect(await cache.getOrSet('menu:1', load, { signal: AbortSignal.abort('gone') })).toBe('soup')
  })

  it('does not end a refresh in the background that it joined', async () => {
    const { cache, clock } = open()
    const options = { ttl: '1s', stale: '1h' } as const
    await cache.getOrSet('menu:1', () => 'old', options)
    await clock.advanceAsync(1000)
    const { load, calls } = deafLoader()
    expect(await cache.getOrSet('menu:1', load, options)).toBe('old')
    await clock.advanceAsync(1)
    const caller = new AbortController()
    const joined = cache.getOrSet('menu:1', load, { ...options, staleWhileRevalidate: false, signal: caller.signal })
    await clock.advanceAsync(1)
    caller.abort('gone')
    await expect(joined).rejects.toBe('gone')
    expect(calls[0]?.signal.aborted).toBe(false)
    calls[0]?.pass('new')
    await clock.advanceAsync(0)
    expect(await cache.get('menu:1')).toBe('new')
  })

  it('is one caller of many: each leaves alone', async () => {
    const { cache, clock } = open()
    const { load, calls } = deafLoader()
    const callers = Array.from({ length: 50 }, () => new AbortController())
    const reads = callers.map(({ signal }) => cache.getOrSet('menu:1', load, { signal }).catch(() => 'left'))
    await clock.advanceAsync(1)
    for (const [n, caller] of callers.entries()) if (n !== 25) caller.abort()
    await clock.advanceAsync(1)
    calls[0]?.pass('soup')
    const got = await Promise.all(reads)
    expect(got.filter((value) => value === 'soup')).toHaveLength(1)
    expect(got[25]).toBe('soup')
  })

  it('leaves nested loads through the loader’s own signal', async () => {
    const { cache, clock } = open()
    const { load, calls } = heedingLoader()
    const caller = new AbortController()
    const read = cache
      .getOrSet('menu:1', ({ signal }) => cache.getOrSet('menu:2', load, { signal }), { signal: caller.signal })
      .catch((error: unknown) => error)
    await clock.advanceAsync(1)
    caller.abort('gone')
    expect(await read).toBe('gone')
    await clock.advanceAsync(0)
    expect(calls[0]?.aborted).toBe(true)
    expect(clock.pending()).toBe(0)
  })
})

describe('a loader that is still running after its deadline', () => {
  it('makes no cycle endless: the read that would wait for it is refused', async () => {
    const { cache, clock } = open()
    const slow = gate()
    const failures: unknown[] = []
    const menu = (): Promise<unknown> =>
      cache.getOrSet(
        'menu:1',
        async () => {
          await slow.promise
          return dish()
        },
        { loadTimeout: '1s' },
      )
    const dish = (): Promise<unknown> =>
      cache
        .getOrSet('menu:2', () => menu(), { loadTimeout: '1h' })
        .catch((error: unknown) => {
          failures.push(error)
          throw error
        })
    const first = menu().catch((error: unknown) => error)
    await clock.advanceAsync(1000)
    expect(await first).toMatchObject({ code: 'LOAD_TIMEOUT' })
    slow.pass()
    await clock.advanceAsync(1)
    expect(failures).toMatchObject([{ code: 'LOAD_CYCLE' }])
  })
})
