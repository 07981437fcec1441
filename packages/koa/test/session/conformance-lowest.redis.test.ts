import { describeSessions } from './conformance.ts'

describeSessions('koa-2-lowest')
