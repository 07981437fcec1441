import { describe } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { sessionTests } from './suite/sessions.ts'

describe('sessions in memory', () => {
  sessionTests(() => memory())
})
