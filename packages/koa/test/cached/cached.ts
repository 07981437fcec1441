import { type CachedAdapterTest, cachedAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { type KoaName, loadKoa } from '../koa-versions.ts'
import { cachedAdapter } from './adapter.ts'

/** What is expected of cached responses, of one version of Koa; of each in a file of its own, since it takes seconds. */
export function describeCached(
  name: KoaName,
  all: Readonly<Record<string, readonly CachedAdapterTest[]>> = cachedAdapterTests,
): void {
  const adapter = cachedAdapter(loadKoa(name))
  for (const [subject, tests] of Object.entries(all)) {
    describe(`${name}: ${subject}`, () => {
      for (const test of tests) it(test.name, async () => await test.run(adapter))
    })
  }
}
