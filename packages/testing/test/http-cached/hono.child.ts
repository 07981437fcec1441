import { cachedAdapter } from '../../../hono/test/cached/adapter.ts'
import { HONOS } from '../../../hono/test/node-adapter.ts'
import { serveCached } from './serve.ts'

serveCached(cachedAdapter(HONOS.hono))
