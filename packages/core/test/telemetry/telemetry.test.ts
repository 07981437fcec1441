import { channel } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RedstartEvent } from '../../src/telemetry/events.ts'
import { Telemetry } from '../../src/telemetry/telemetry.ts'

const EVENT: RedstartEvent = { type: 'cache.miss', namespace: 'menu', key: 'menu:1', reason: 'absent' }

describe('the stream of events', () => {
  it('reaches every listener until it stops', () => {
    const telemetry = new Telemetry()
    const [one, two] = [vi.fn(), vi.fn()]
    const stop = telemetry.subscribe(one)
    telemetry.subscribe(two)
    telemetry.emit(EVENT)
    stop()
    stop()
    telemetry.emit(EVENT)
    expect(one.mock.calls).toEqual([[EVENT]])
    expect(two.mock.calls).toEqual([[EVENT], [EVENT]])
  })

  it('goes on behind a listener, or a logger, that throws', () => {
    const broken = (): never => {
      throw new Error('broken')
    }
    const telemetry = new Telemetry({ logger: { debug: broken, info: broken, warn: broken, error: broken } })
    const heard = vi.fn()
    telemetry.subscribe(broken)
    telemetry.on('cache.miss', broken)
    telemetry.on('cache.miss', heard)
    telemetry.emit({ ...EVENT, reason: 'foreign' })
    expect(heard).toHaveBeenCalledTimes(1)
  })

  it('may lose a listener while it tells', () => {
    const telemetry = new Telemetry()
    const heard: string[] = []
    const stop = telemetry.subscribe(() => {
      heard.push('one')
      stop()
    })
    telemetry.subscribe(() => heard.push('two'))
    telemetry.emit(EVENT)
    telemetry.emit(EVENT)
    expect(heard).toEqual(['one', 'two', 'two'])
  })
})

describe('the diagnostics channel redstart:event', () => {
  const everywhere = channel('redstart:event')
  const heard: unknown[] = []
  const listen = (message: unknown): void => void heard.push(message)
  afterEach(() => {
    everywhere.unsubscribe(listen)
    heard.length = 0
  })

  it('carries every event of every instance', () => {
    everywhere.subscribe(listen)
    new Telemetry().emit(EVENT)
    new Telemetry().emit(EVENT)
    expect(heard).toEqual([EVENT, EVENT])
  })

  it('is heard while somebody listens', () => {
    const telemetry = new Telemetry()
    expect([telemetry.hearsHits, telemetry.hears('cache.miss')]).toEqual([false, false])
    everywhere.subscribe(listen)
    expect([telemetry.hearsHits, telemetry.hears('cache.miss')]).toEqual([true, true])
    everywhere.unsubscribe(listen)
    expect([telemetry.hearsHits, telemetry.hears('cache.miss')]).toEqual([false, false])
  })
})

describe('whether something is heard', () => {
  it('is known for each kind of event apart', () => {
    const telemetry = new Telemetry()
    const heard = (): boolean[] => [
      telemetry.hearsHits,
      telemetry.hears('cache.hit'),
      telemetry.hears('cache.miss'),
      telemetry.hears('cache.invalidate'),
    ]
    const nobody = [false, false, false, false]
    expect(heard()).toEqual(nobody)
    for (const [listen, wanted] of [
      [() => telemetry.subscribe(() => undefined), [true, true, true, true]],
      [() => telemetry.on('cache.hit', () => undefined), [true, true, false, false]],
      [() => telemetry.on('cache.miss', () => undefined), [false, false, true, false]],
      [() => telemetry.watch(() => undefined), [false, false, false, true]],
    ] as const) {
      const [stop, stopAgain] = [listen(), listen()]
      expect(heard()).toEqual(wanted)
      stop()
      stop()
      expect(heard()).toEqual(wanted)
      stopAgain()
      expect(heard()).toEqual(nobody)
    }
  })
})
