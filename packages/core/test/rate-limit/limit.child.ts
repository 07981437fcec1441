import { setTimeout } from 'node:timers/promises'
import { createRedstart, gcra } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

/** Checks that a process makes, beginning at a given moment. */
export interface LimitOrders {
  readonly url: string
  readonly app: string
  /** Wall clock. */
  readonly at: number
  readonly checks: number
  /** How many of them at a time. */
  readonly together: number
  readonly limit: number
  /** What is taken ahead at most; 0 for nothing. */
  readonly lease: number
}

/** The policy of these orders: what is taken comes back long after the test. */
function policyOf({ limit, lease }: LimitOrders): ReturnType<typeof gcra> {
  const ahead = lease === 0 ? false : ({ most: lease, duration: '1h', from: 5 } as const)
  return gcra({ rate: '1/1h', burst: limit, lease: ahead })
}

process.on('message', (orders: LimitOrders) => void work(orders))
// Without a parent there is nobody to work for.
process.on('disconnect', () => process.exit())
process.send?.('ready')

async function work(orders: LimitOrders): Promise<void> {
  const { url, app, at, checks, together } = orders
  const policies = { api: policyOf(orders) }
  const limits = { instances: 4 }
  const { limiter, close } = createRedstart({ app, backend: redis({ url }), deadline: '10s', policies, limits })
  await limiter.peek('api', { key: 'k' })
  await setTimeout(at - Date.now())
  for (let made = 0; made < checks; made += together) {
    const all = await Promise.all(Array.from({ length: together }, () => limiter.check('api', { key: 'k' })))
    // Told at once, so that a process that is killed has told all that it let pass.
    process.send?.({
      passed: all.filter(({ allowed }) => allowed).length,
      modes: [...new Set(all.map(({ mode }) => mode))],
    })
  }
  process.send?.({ done: true })
  await close()
  process.disconnect()
}
