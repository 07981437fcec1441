import { cachedLeakTests } from '@redstart/testing'
import { describeCached } from './cached.ts'

await describeCached('express-4-lowest', cachedLeakTests)
