import { manualClock, type ManualClock } from '@redstart/testing'
import { createRedstart, type Redstart, type RedstartEvent, type RedstartOptions } from '../../src/index.ts'

/** An instance with its time in the test's hand, and everything that it told. */
export interface Watched extends Redstart {
  readonly clock: ManualClock
  /** What was told so far, oldest first. */
  readonly told: readonly RedstartEvent[]
  /** What was told of one type. */
  of<Type extends RedstartEvent['type']>(type: Type): Extract<RedstartEvent, { type: Type }>[]
}

/** Opens an instance over memory of its own, unless a backend is given. */
export function open(options: RedstartOptions & { readonly clock?: ManualClock } = {}): Watched {
  const clock = options.clock ?? manualClock(1000)
  const redstart = createRedstart({ ...options, clock })
  const told: RedstartEvent[] = []
  redstart.events.subscribe((event) => told.push(event))
  const of = <Type extends RedstartEvent['type']>(type: Type): Extract<RedstartEvent, { type: Type }>[] =>
    told.filter((event): event is Extract<RedstartEvent, { type: Type }> => event.type === type)
  return { ...redstart, clock, told, of }
}

/** A promise that a test settles. */
export interface Gate<T> {
  readonly promise: Promise<T>
  pass(value: T): void
  fail(error: unknown): void
}

export function gate<T = void>(): Gate<T> {
  let pass: (value: T) => void = () => undefined
  let fail: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((resolve, reject) => {
    pass = resolve
    fail = reject
  })
  return { promise, pass, fail }
}

/** A loader whose every call waits until the test settles it. */
export interface HeldLoader<T> {
  readonly load: () => Promise<T>
  /** One for each call, in order. */
  readonly calls: readonly Gate<T>[]
}

export function heldLoader<T>(): HeldLoader<T> {
  const calls: Gate<T>[] = []
  return {
    calls,
    load: () => {
      const call = gate<T>()
      calls.push(call)
      return call.promise
    },
  }
}

/** A loader that counts its calls and returns their number, from 1. */
export function counter(): { (): number; readonly calls: number } {
  let calls = 0
  const load = (): number => ++calls
  return Object.defineProperty(load, 'calls', { get: () => calls }) as typeof load & { readonly calls: number } // as just defined
}
