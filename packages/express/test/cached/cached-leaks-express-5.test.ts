import { cachedLeakTests } from '@redstart/testing'
import { describeCached } from './cached.ts'

await describeCached('express', cachedLeakTests)
