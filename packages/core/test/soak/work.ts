import { setTimeout } from 'node:timers/promises'
import type { Redstart } from '../../src/index.ts'
import { type Random, seededRandom } from '../checker/random.ts'
import { CONNECTED, type Instances, openInstances } from './instances.ts'
import type { Done, Footprint, Orders } from './messages.ts'
import { anyOperation, failureKind, fillViews, OPERATIONS } from './operations.ts'

/** Loops that work at the same time. */
const LOOPS = 16
/** The longest pause of a loop between two operations, in ms: the machine has other things to do. */
const LONGEST_PAUSE = 20
/** How long an instance may take to get over what was done to it, in ms. */
const RECOVERY = 60_000

/** Random operations on instances of every kind, and what they leave behind. */
export class Work {
  readonly #random: Random
  readonly #urls: readonly string[]
  readonly #operations: Record<string, number> = {}
  readonly #failures: Record<string, number> = {}
  #instances: Instances | undefined
  #loops: readonly Promise<void>[] = []
  #resting = false
  #reachedHere = 0

  constructor({ seed, urls }: Orders) {
    if (urls.length !== CONNECTED) throw new Error(`${CONNECTED} URLs are needed, not ${urls.length}`)
    this.#random = seededRandom(seed)
    this.#urls = urls
  }

  /** Starts working; `failed` gets what must not happen. */
  async work(failed: (error: unknown) => void): Promise<void> {
    const instances = (this.#instances ??= await openInstances(this.#urls))
    await instances.renew()
    this.#resting = false
    this.#loops = Array.from({ length: LOOPS }, () => this.#loop(instances, this.#random.fork()))
    for (const loop of this.#loops) loop.catch(failed)
  }

  /** Ends the work, and says what the process takes then. */
  async rest(): Promise<Footprint> {
    this.#resting = true
    await Promise.all(this.#loops)
    const open = this.#instances?.open ?? []
    await Promise.all(open.map(recovered))
    // Each app's views, in memory and in Redis, are filled once.
    await Promise.all([open[0], open[4]].map(async (each) => each && fillViews(each)))
    await Promise.all(open.map(recovered))
    return footprint()
  }

  async end(): Promise<Done> {
    await this.#instances?.close()
    // Sockets that were ended are closed in the next turns of the event loop.
    await setTimeout(100)
    const left = process.getActiveResourcesInfo()
    return { operations: this.#operations, failures: this.#failures, reachedHere: this.#reachedHere, left }
  }

  async #loop(instances: Instances, random: Random): Promise<void> {
    while (!this.#resting) {
      await this.#operate(random.pick(instances.open), random)
      await setTimeout(random.next() * LONGEST_PAUSE)
    }
  }

  async #operate(redstart: Redstart, random: Random): Promise<void> {
    const name = anyOperation(random)
    count(this.#operations, name)
    try {
      const result = await OPERATIONS[name]?.({ redstart, random })
      if (typeof result === 'object' && result !== null && 'reached' in result && result.reached === 'here')
        this.#reachedHere += 1
    } catch (error) {
      const kind = failureKind(error)
      if (kind === undefined) throw error
      count(this.#failures, kind)
    }
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

/** Waits until an instance works as if nothing had happened, without being restarted. */
async function recovered(redstart: Redstart): Promise<void> {
  const deadline = AbortSignal.timeout(RECOVERY)
  for (;;) {
    await redstart.cache.get('recovery:probe')
    const health = await redstart.health()
    if (health.state === 'ok') return
    if (deadline.aborted)
      throw new Error(`an instance did not recover within ${RECOVERY} ms: ${JSON.stringify(health)}`)
    await setTimeout(20)
  }
}

async function footprint(): Promise<Footprint> {
  // Timers and reads of what has just ended hold on to it until they are through.
  await setTimeout(200)
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.()
    await setTimeout(10)
  }
  const { heapUsed: heap, external, rss: resident } = process.memoryUsage()
  const sockets = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
  return { heap, external, resident, sockets }
}
