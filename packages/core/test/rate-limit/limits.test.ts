import { describe } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { timedMemory } from './places.ts'
import { steps } from './random.ts'
import { limiterTests } from './suite/engine.ts'
import { leaseTests } from './suite/leases.ts'
import { limitStoreTests } from './suite/limits.ts'

const AN_HOUR = 3_600_000_000

describe('limits in memory', () => {
  limitStoreTests(
    { backend: () => memory(), timed: () => timedMemory(100_000, AN_HOUR), single: true },
    { steps: steps(400) },
  )
})

describe('a limiter in memory', () => {
  limiterTests(() => memory(), 'memory')
  leaseTests(() => memory())
})
