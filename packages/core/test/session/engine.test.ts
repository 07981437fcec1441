import { describe } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { raceTests } from './suite/races.ts'
import { keyTests } from './suite/keys.ts'
import { recordTests } from './suite/records.ts'
import { surfaceTests } from './suite/surface.ts'

describe('sessions in memory', () => {
  raceTests(() => memory())
  surfaceTests(() => memory())
  keyTests(() => memory())
  recordTests(() => memory())
})
