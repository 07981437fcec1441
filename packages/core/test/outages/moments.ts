import { setTimeout } from 'node:timers/promises'
import { until } from './patience.ts'
import { APP, type Stage } from './stage.ts'
import type { Traffic } from './traffic.ts'

/** What `here` is in the middle of when a fault begins. */
export interface Moment {
  readonly name: string
  /** Starts calls and resolves when they are where the name says. */
  readonly reach: (stage: Stage, traffic: Traffic) => Promise<void> | void
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
    async reach({ server, proxy }, traffic) {
      const clock = (): Promise<unknown> => server.command('HGET', `{${APP}}:meta`, '$c')
      const begin = (): void => {
        proxy.set({ toClient: { blackHole: true } })
        traffic.start(traffic.invalidate('here'))
      }
      let attempts = 0
      await until('both are carried out', 10_000, async () => {
        proxy.clear()
        attempts += 1
        const before = await clock()
        traffic.start(traffic.read('here', `menu:answering${attempts}`, 5, begin))
        await setTimeout(50)
        const written = (await server.command('EXISTS', `${APP}:menu:answering${attempts}`)) === 1
        return written && (await clock()) !== before
      })
    },
  },
]

/** Keeps Redis at work on something else; resolves when it is. */
async function busy(server: Stage['server']): Promise<void> {
  // Whether it ends is the fault's affair.
  server.command('DEBUG', 'SLEEP', BUSY / 1000).catch(() => undefined)
  await setTimeout(ON_ITS_WAY)
}
