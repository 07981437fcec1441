import { describeSessions } from './conformance.ts'

describeSessions('hono-lowest')
