import { describe } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { timedMemory } from './places.ts'
import { limitStoreTests } from './suite/limits.ts'

describe('limits in memory', () => {
  limitStoreTests({ backend: () => memory(), timed: () => timedMemory() }, { steps: 2000 })
})
