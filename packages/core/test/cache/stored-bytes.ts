import { systemClock } from '../../src/clock.ts'
import type { CacheStore } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import type { SharedPlace } from './foreign-bytes.ts'

/** A place whose bytes a test can look at, too. */
export interface OpenPlace extends SharedPlace {
  bytesAt(path: string): Promise<Uint8Array | undefined>
}

const TIMEOUT = 1000

/** Memory of its own. */
export function openMemory(): OpenPlace {
  const backend = memory()
  const app = 'shop'
  const store: CacheStore = backend.cache({ app, clock: systemClock() })
  return {
    backend,
    app,
    async put(key, bytes) {
      await store.write({ key, bytes, ttl: 3_600_000, generation: 'ab'.repeat(16), clock: 1 }, TIMEOUT)
    },
    async bytesAt(path) {
      const { entries } = await store.read({ keys: [path] }, TIMEOUT)
      return entries[0]
    },
  }
}
