import { describe } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { raceTests } from './suite/races.ts'

describe('sessions in memory', () => {
  raceTests(() => memory())
})
