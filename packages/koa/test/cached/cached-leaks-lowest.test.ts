import { cachedLeakTests } from '@redstart/testing'
import { describeCached } from './cached.ts'

describeCached('koa-2-lowest', cachedLeakTests)
