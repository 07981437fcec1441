import type { OpenBackend } from './open-backend.ts'
import { type Stores, withStores } from './stores.ts'

/** One thing that the cache expects of a backend. */
export interface ContractTest {
  readonly name: string
  readonly run: (open: OpenBackend) => Promise<void>
}

/** A test with two stores over the same data. */
export function contractTest(name: string, test: (stores: Stores) => Promise<void>): ContractTest {
  return { name, run: async (open) => await withStores(open, {}, test) }
}

/** The same, of a backend that keeps at most so many markers. */
export function boundedTest(name: string, markers: number, test: (stores: Stores) => Promise<void>): ContractTest {
  return { name, run: async (open) => await withStores(open, { markers }, test) }
}
