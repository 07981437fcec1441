import { describeCached } from './cached.ts'

describeCached('koa')
