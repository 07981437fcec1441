import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createRedstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

/** One read at a given moment, of a loader that counts its runs in Redis. */
export interface LeaseOrders {
  readonly url: string
  readonly app: string
  /** Wall clock. */
  readonly at: number
  readonly lease: boolean
  /** Milliseconds that the load takes. */
  readonly load: number
}

process.on('message', (orders: LeaseOrders) => void work(orders))
// Without a parent there is nobody to work for.
process.on('disconnect', () => process.exit())
process.send?.('ready')

async function work({ url, app, at, lease, load }: LeaseOrders): Promise<void> {
  const database = new Redis(url)
  const { cache, close } = createRedstart({ app, backend: redis({ url }), deadline: '5s' })
  await cache.get('menu:warm')
  await setTimeout(at - Date.now())
  const value = await cache.getOrSet(
    'menu:1',
    async () => {
      const run = await database.incr(`loads of ${app}`)
      process.send?.({ loading: run })
      await setTimeout(load)
      return `load ${run}`
    },
    { lease },
  )
  process.send?.({ value })
  await close()
  database.disconnect()
  process.disconnect()
}
