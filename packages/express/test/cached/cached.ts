import { type CachedAdapterTest, cachedAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { type ExpressName, loadExpress } from '../express-app.ts'
import { cachedAdapter } from './adapter.ts'

/** What is expected of cached responses, of one version of Express; of each in a file of its own, since it takes seconds. */
export async function describeCached(
  name: ExpressName,
  all: Readonly<Record<string, readonly CachedAdapterTest[]>> = cachedAdapterTests,
): Promise<void> {
  const adapter = cachedAdapter(await loadExpress(name))
  for (const [subject, tests] of Object.entries(all)) {
    describe(`${name}: ${subject}`, () => {
      for (const test of tests) it(test.name, async () => await test.run(adapter))
    })
  }
}
