import { cachedLeakTests } from '@redstart/testing'
import { describeCached } from './cached.ts'

describeCached('fastify-lowest', cachedLeakTests)
