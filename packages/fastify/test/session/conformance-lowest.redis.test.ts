import { describeSessions } from './conformance.ts'

describeSessions('fastify-lowest')
