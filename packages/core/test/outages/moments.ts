import { setTimeout } from 'node:timers/promises'
import type { Lag } from './patience.ts'
import { readsAgain } from './recovery.ts'
import { APP, DEADLINE, type Stage } from './stage.ts'
import type { Traffic } from './traffic.ts'

/** What `here` is in the middle of when a fault begins. */
export interface Moment {
  readonly name: string
  /** Starts calls and resolves when they are where the name says. */
  readonly reach: (stage: Stage, traffic: Traffic, lag: Lag) => Promise<void> | void
}

/** Milliseconds for which Redis is kept busy, so that what is sent meanwhile has no answer yet. */
const BUSY = 60
/** What is sent has arrived after so many ms. */
const ON_ITS_WAY = 10
/** Names that keep the script of an invalidation at work for some tens of ms. */
const MANY = Array.from({ length: 9000 }, (_, number) => `many${number}`)

export const MOMENTS: readonly Moment[] = [
  { name: 'idle', reach: () => undefined },
  {
    name: 'in mid pipeline',
    async reach({ server }, traffic) {
      await busy(server)
      for (let number = 0; number < 40; number += 1) traffic.start(traffic.read('here', `menu:piped${number}`))
      await setTimeout(ON_ITS_WAY)
    },
  },
  {
    name: 'in mid load',
    async reach(_, traffic) {
      for (let number = 0; number < 10; number += 1) traffic.start(traffic.read('here', `menu:loading${number}`, 60))
      await setTimeout(30)
    },
  },
  {
    name: 'in mid invalidate',
    async reach({ server }, traffic) {
      await busy(server)
      traffic.start(traffic.invalidate('here'))
      await setTimeout(ON_ITS_WAY)
    },
  },
  {
    name: 'in mid script',
    async reach(_, traffic) {
      traffic.start(traffic.invalidate('here', MANY))
      for (let number = 0; number < 10; number += 1) traffic.start(traffic.read('here', `menu:behind${number}`))
      await setTimeout(ON_ITS_WAY)
    },
  },
  {
    name: 'with a write and an invalidation carried out whose replies are on their way',
    async reach(stage, traffic, lag) {
      for (let attempt = 0; !(await carriedOut(stage, traffic, `menu:answering${attempt}`)); attempt += 1) {
        // This process was too slow for its own deadline.
        stage.proxy.clear()
        await readsAgain(stage, lag, 10_000)
      }
    },
  },
]

/** Keeps Redis at work on something else; resolves when it is. */
async function busy(server: Stage['server']): Promise<void> {
  // Whether it ends is the fault's affair.
  server.command('DEBUG', 'SLEEP', BUSY / 1000).catch(() => undefined)
  await setTimeout(ON_ITS_WAY)
}

/** Starts a write and an invalidation and keeps back their replies. False when they did not get through. */
async function carriedOut({ server, proxy }: Stage, traffic: Traffic, key: string): Promise<boolean> {
  const clock = (): Promise<unknown> => server.command('HGET', `{${APP}}:meta`, '$c')
  const before = await clock()
  let waiting = true
  const load = traffic.read('here', key, 5, () => {
    if (!waiting) return
    proxy.set({ toClient: { blackHole: true } })
    traffic.start(traffic.invalidate('here'))
  })
  traffic.start(load)
  for (const end = performance.now() + 2 * DEADLINE; performance.now() < end; await setTimeout(5)) {
    const written = (await server.command('EXISTS', `${APP}:${key}`)) === 1
    if (written && (await clock()) !== before) return true
  }
  waiting = false
  return false
}
