import { limitAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { limitAdapter } from './adapter.ts'

describe('route handlers with rate limits', () => {
  for (const test of limitAdapterTests) it(test.name, async () => await test.run(limitAdapter))
})
