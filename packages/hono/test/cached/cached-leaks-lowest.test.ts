import { cachedLeakTests } from '@redstart/testing'
import { describeCached } from './cached.ts'

describeCached('hono-lowest', cachedLeakTests)
