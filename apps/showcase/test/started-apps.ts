import { once } from 'node:events'
import { cacheFromEnv, createApp, type Database, listen } from '@redstart-example/express'
import type { AppName } from '../src/apps.ts'
import { startApps } from '../src/start-apps.ts'

/** Where the four are: `http://127.0.0.1:40123`. */
export type Addresses = Readonly<Record<AppName | 'office', string>>

export interface AllApps {
  readonly addresses: Addresses
  stop(): Promise<void>
}

/**
 * All four, as `npm start` starts them.
 *
 * @param redisUrl each in a process of its own over that Redis; else all in this one, in memory.
 */
export async function startAllApps(database: Database, redisUrl?: string): Promise<AllApps> {
  const apart = redisUrl !== undefined
  const env = { REDSTART_KEYS: Buffer.alloc(32, 9).toString('base64'), ...(apart && { REDIS_URL: redisUrl }) }
  const before = { ...process.env }
  Object.assign(process.env, env)
  const { redstart, another, app } = cacheFromEnv(env)
  const { server, port } = await listen(createApp({ database, redstart }), '0')
  const apps = await startApps({ database, another, app, apart, port: 0 })
  process.env = before
  const entries = [{ name: 'office', port }, ...apps].map((one) => [one.name, `http://127.0.0.1:${one.port}`])
  return {
    // Names as they were given.
    addresses: Object.fromEntries(entries) as Addresses,
    async stop() {
      for (const one of apps) await one.stop()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await redstart.close()
    },
  }
}
