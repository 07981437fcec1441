import { cachedAdapter } from '../../../fastify/test/cached/adapter.ts'
import { loadFastify } from '../../../fastify/test/fastify-app.ts'
import { serveCached } from './serve.ts'

serveCached(cachedAdapter(loadFastify('fastify')))
