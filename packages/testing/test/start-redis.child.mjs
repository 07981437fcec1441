// Starts a Redis, says so, and ends as it is told. Run by start-redis.redis.test.ts.
import { createViteServer } from 'vitest/node'

const vite = await createViteServer({
  configFile: false,
  root: new URL('..', import.meta.url).pathname,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  ssr: { noExternal: ['@redstart/core'], resolve: { conditions: ['@redstart/source'] } },
})
const { startRedis } = await vite.ssrLoadModule('/src/index.ts')
const redis = await startRedis()
const [, folder] = await redis.command('CONFIG', 'GET', 'dir')
process.once('message', () => process.exit())
process.send({ pid: redis.pid, folder })
