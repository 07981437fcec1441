import { describeAdapter } from './conformance.ts'

describeAdapter('fastify')
