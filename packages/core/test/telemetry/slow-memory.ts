import type { Backend, CacheStore, Clock } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { boundStore } from '../cache/bound-store.ts'

/** Milliseconds that each call takes. */
export interface Slowness {
  read: number
  write: number
  invalidate: number
}

/** Memory whose calls take as long as a test says. */
export function slowMemory(clock: Clock, slowness: Readonly<Slowness>, inner: Backend = memory()): Backend {
  const after =
    <Args extends unknown[], Result>(what: keyof Slowness, call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (slowness[what] > 0) await new Promise<void>((resolve) => clock.schedule(slowness[what], resolve))
      return call(...args)
    }
  return {
    name: 'slow',
    cache(context): CacheStore {
      const store = inner.cache(context)
      return {
        ...boundStore(store),
        read: after('read', store.read.bind(store)),
        write: after('write', store.write.bind(store)),
        invalidate: after('invalidate', store.invalidate.bind(store)),
      }
    },
  }
}
