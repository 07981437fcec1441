import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it } from 'vitest'
import type { LoadTrace } from '../../src/index.ts'
import { open } from '../cache/instance.ts'

const loads = tracingChannel<unknown, LoadTrace>('redstart:load')
const seen: string[] = []
const traces = new Set<object>()
const note = (stage: string) => (trace: LoadTrace) => {
  seen.push(stage)
  traces.add(trace)
}
const stages = {
  start: note('start'),
  end: note('end'),
  asyncStart: note('asyncStart'),
  asyncEnd: note('asyncEnd'),
  error: note('error'),
}

afterEach(() => {
  loads.unsubscribe(stages)
  seen.length = 0
  traces.clear()
})

describe('the tracing channel of loads', () => {
  it('goes around the loader, with its key and without its value', async () => {
    const { cache } = open()
    loads.subscribe(stages)
    const value = await cache.getOrSet('menu:1', () => {
      seen.push('loader')
      return 'secret'
    })
    expect(value).toBe('secret')
    expect(seen).toEqual(['start', 'loader', 'end', 'asyncStart', 'asyncEnd'])
    expect([...traces]).toEqual([{ namespace: 'menu', key: 'menu:1', background: false, result: undefined }])
  })

  it('tells of an error, which reaches the caller as it is', async () => {
    const { cache } = open()
    loads.subscribe(stages)
    const error = new Error('gone')
    await expect(cache.getOrSet('menu:1', () => Promise.reject(error))).rejects.toBe(error)
    expect(seen).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    expect([...traces]).toMatchObject([{ key: 'menu:1', error }])
  })

  it('hands its context down to the loader', async () => {
    const { cache } = open()
    const span = new AsyncLocalStorage<string>()
    loads.start.bindStore(span, ({ key }) => `span of ${key}`)
    try {
      const load = async (): Promise<string | undefined> => {
        await Promise.resolve()
        return span.getStore()
      }
      expect(await cache.getOrSet('menu:1', load)).toBe('span of menu:1')
      expect(span.getStore()).toBeUndefined()
    } finally {
      loads.start.unbindStore(span)
    }
  })

  it('does not matter to loads while nobody listens', async () => {
    const { cache } = open()
    expect(await cache.getOrSet('menu:1', () => undefined)).toBeUndefined()
    expect(seen).toEqual([])
  })
})
