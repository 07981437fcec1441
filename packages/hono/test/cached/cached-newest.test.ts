import { describeCached } from './cached.ts'

describeCached('hono')
