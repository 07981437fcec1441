import { describeSessions } from './conformance.ts'

describeSessions('koa')
