import { once } from 'node:events'
import { type RedisServer, startRedis } from '@redstart/testing'
import { cacheFromEnv, createApp, type Database, listen } from '@redstart-example/express'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { buildOnce } from '../src/storefront/build-once.ts'
import { runNext } from '../src/storefront/run-next.ts'

/** Where they are: `http://127.0.0.1:40123`. */
export interface Storefronts {
  /** The back office on Express, in this process. */
  readonly office: string
  /** Two of the storefront, each a `next start`. */
  readonly here: string
  readonly there: string
  readonly database: Database
  readonly redis: RedisServer
  stop(): Promise<void>
}

/** The storefront as `npm start` builds and starts it, but twice, and the back office beside, over one Redis. */
export async function startStorefronts(): Promise<Storefronts> {
  const built = await buildOnce()
  if (!built.built) throw new Error(built.why)
  const [redis, database] = await Promise.all([startRedis(), filledDatabase()])
  const env = { REDIS_URL: redis.url, REDSTART_KEYS: Buffer.alloc(32, 9).toString('base64') }
  const { redstart, app } = cacheFromEnv(env)
  const { server, port } = await listen(createApp({ database, redstart }), '0')
  const here = await runNext({ database, app, port: 0, env })
  const there = await runNext({ database, app, port: 0, env })
  const [office, ...storefronts] = [port, here.port, there.port].map((one) => `http://127.0.0.1:${one}`)
  const stop = async (): Promise<void> => {
    await Promise.all([here.stop(), there.stop()])
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    await redstart.close()
    await Promise.all([database.close(), redis.stop()])
  }
  const [first = '', second = ''] = storefronts
  return { office: office ?? '', here: first, there: second, database, redis, stop }
}
