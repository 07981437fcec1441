import type { UseCacheHandler } from '@redstart/next/handlers'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeEntries } from './contract-entries.ts'
import { describeTags } from './contract-tags.ts'
import type { Contracted, Deviation } from './contracted.ts'

/** The contract of `CacheHandler` in `next/cache`, as Next.js reads and writes. */
export function describeContract(
  name: string,
  start: () => Promise<Contracted>,
  deviations: readonly Deviation[] = [],
): void {
  describe(`the contract of 'use cache' handlers, ${name}`, () => {
    let contracted: Contracted | undefined
    const held = {
      get handler(): UseCacheHandler {
        if (contracted === undefined) throw new Error('the handler has not been started')
        return contracted.handler
      },
      deviates: (deviation: Deviation) => deviations.includes(deviation),
    }
    beforeAll(async () => {
      contracted = await start()
    })
    afterAll(() => contracted?.end())

    describeEntries(held)
    describeTags(held)
  })
}
