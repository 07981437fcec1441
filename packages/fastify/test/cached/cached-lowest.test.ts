import { describeCached } from './cached.ts'

describeCached('fastify-lowest')
