import { CacheHandler } from '@fortedigital/nextjs-cache-handler'
import createRedisHandler from '@fortedigital/nextjs-cache-handler/redis-strings'
import { createClient } from 'redis'

// As its own example does: nothing is connected while the app is built.
CacheHandler.onCreation(() => {
  globalThis.fortedigital ??= (async () => {
    if (process.env.NEXT_PHASE === 'phase-production-build') return { handlers: [] }
    const client = createClient({ url: process.env.REDIS_URL })
    await client.connect()
    return { handlers: [createRedisHandler({ client, keyPrefix: 'fortedigital:' })] }
  })()
  return globalThis.fortedigital
})

export default CacheHandler
