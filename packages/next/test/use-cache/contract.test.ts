import { createRequire } from 'node:module'
import type { UseCacheHandler } from '@redstart/next/handlers'
import { madeHandlers } from '../made-handlers.ts'
import { describeContract } from './contract.ts'

/** What Next.js comes with, by a path that it does not promise. */
const { createDefaultCacheHandler } = createRequire(import.meta.url)('next/dist/server/lib/cache-handlers/default') as {
  readonly createDefaultCacheHandler: (maxBytes: number) => UseCacheHandler // as its types say
}

describeContract(
  'by the one that Next.js comes with',
  () => Promise.resolve({ handler: createDefaultCacheHandler(50 * 1024 * 1024), end: () => Promise.resolve() }),
  [
    'a soft invalidation takes back a hard one',
    'reads wait for ever for a write that failed',
    'a later soft invalidation puts off the end of an earlier one',
    'what is past its revalidation is gone',
    'readers can change what is kept',
  ],
)

describeContract('in memory', () => {
  const made = madeHandlers()
  return Promise.resolve({ handler: made.handlers, end: async () => made[Symbol.asyncDispose]() })
})
