import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { expectEventful, soaked } from './expectations.ts'
import { seedOfRun } from './random.ts'
import { runChecker } from './run.ts'

describe('several instances over one memory backend', () => {
  it('never read what was invalidated', { timeout: soaked(180_000) }, async () => {
    const least = { reads: soaked(10_000, 200_000), invalidations: soaked(500, 10_000) }
    const outcome = await runChecker({
      seed: seedOfRun(),
      backend: memory(),
      app: 'checker',
      calm: true,
      ...least,
      longest: soaked(150_000),
    })
    expectEventful(outcome, least)
    expect(outcome.reachedHere).toBe(0)
  })
})
