import type { PageCache } from './page-cache.ts'

/** Entries that hits are read of in turn. */
export const KEYS = 200

/** Does something of a cache so many times. */
export type Work = (cache: PageCache, operations: number) => Promise<void>

export function oneByOne(): Work {
  return async (one, operations) => {
    for (let done = 0; done < operations; done++) await one.read(done % KEYS)
  }
}

export function together(count: number): Work {
  return async (one, operations) => {
    for (let done = 0; done < operations; done += count)
      await Promise.all(Array.from({ length: count }, (_, n) => one.read((done + n) % KEYS)))
  }
}
