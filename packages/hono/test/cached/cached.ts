import { type CachedAdapterTest, cachedAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { type HonoName, HONOS } from '../node-adapter.ts'
import { cachedAdapter } from './adapter.ts'

/** What is expected of cached responses, of one version of Hono; of each in a file of its own, since it takes seconds. */
export function describeCached(
  name: HonoName,
  all: Readonly<Record<string, readonly CachedAdapterTest[]>> = cachedAdapterTests,
): void {
  const adapter = cachedAdapter(HONOS[name])
  for (const [subject, tests] of Object.entries(all)) {
    describe(`${name}: ${subject}`, () => {
      for (const test of tests) it(test.name, async () => await test.run(adapter))
    })
  }
}
