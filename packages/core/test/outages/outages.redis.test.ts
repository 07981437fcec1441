import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedOfRun } from '../checker/random.ts'
import { type Fault, FAULTS } from './faults.ts'
import { type Moment, MOMENTS } from './moments.ts'
import { type Lag, watchLag } from './patience.ts'
import { readsAgain } from './recovery.ts'
import { CONNECT_TIMEOUT, DEADLINE, LONGEST_PAUSE, MAX_STALENESS, openStage, type Stage } from './stage.ts'
import { type Place, Traffic } from './traffic.ts'

/** The longest pause before the next attempt, the attempt itself, and the breaker's own pause. */
const RECOVERY = LONGEST_PAUSE.connecting + CONNECT_TIMEOUT + LONGEST_PAUSE.probing + 2 * DEADLINE
const BOTH: readonly Place[] = ['here', 'there']

const unhandled: unknown[] = []
const note = (reason: unknown): unknown => unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => {
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

const soak = process.env['REDSTART_SOAK'] === '1'
/** A plain run tries each fault at two moments and each moment with several faults, which the seed draws. */
const OF = soak ? 1 : 3
const drawnRest = seedOfRun() % OF
const CELLS = FAULTS.flatMap((fault, row) =>
  MOMENTS.filter((_, column) => (row + column) % OF === drawnRest).map((moment) => ({ fault, moment })),
)

describe('never hangs, is never stale, and recovers', () => {
  it.concurrent.each(CELLS)('$fault.name, $moment.name', { timeout: 120_000 }, ({ fault, moment }) =>
    happen(fault, moment),
  )
})

async function happen(fault: Fault, moment: Moment): Promise<void> {
  await using stage = await openStage()
  using lag = watchLag()
  const traffic = new Traffic(stage)
  const connections = await stage.connections()
  const running = traffic.run()
  await setTimeout(50)

  await moment.reach(stage, traffic, lag)
  await fault.begin(stage)
  const invalidated = await during(fault, traffic)
  await fault.end(stage)
  stage.proxy.clear()

  const recovered = await traffic.pause(() => recovery(stage, lag))
  await setTimeout(MAX_STALENESS + DEADLINE)
  for (const place of BOTH) {
    const { born } = await traffic.read(place, 'menu:regular0')
    expect(born).toBeGreaterThan(invalidated)
  }
  await traffic.end()
  await running

  report(fault, moment, { traffic, lag, recovered })
  expect(traffic.stale).toEqual([])
  expect(traffic.wrong).toEqual([])
  expect(traffic.late(lag)).toEqual([])
  expect(stage.events.filter(({ type }) => type === 'store.error').length).toBeGreaterThan(0)
  expect(pending(stage)).toBe(0)
  await connectedAsBefore(stage, lag, connections)
}

/** Invalidates and reads at once, in the first half of a fault; returns when the invalidation began. */
async function during({ lasts }: Fault, traffic: Traffic): Promise<number> {
  const end = setTimeout(lasts)
  await setTimeout(Math.min(lasts / 4, 300))
  const called = Number(process.hrtime.bigint()) / 1e6
  await traffic.invalidate('here')
  const { born } = await traffic.read('here', 'menu:regular0')
  expect(born).toBeGreaterThan(called)
  await end
  return called
}

/** Returns after how many ms `here` reads again what `there` has written. By then all is sent, or soon after. */
async function recovery(stage: Stage, lag: Lag): Promise<number> {
  const recovered = await readsAgain(stage, lag, RECOVERY)
  await lag.until('all that was invalidated is sent', RECOVERY, () => pending(stage) === 0)
  return recovered
}

/** No connection is left over, and none is missing once each instance has been used. */
async function connectedAsBefore(stage: Stage, lag: Lag, before: number): Promise<void> {
  let last = 0
  const asBefore = async (): Promise<boolean> => {
    await Promise.all([stage.here.health(), stage.there.health()])
    last = await stage.connections()
    return last === before
  }
  await lag.until('connections as before', RECOVERY, asBefore).catch((error: Error) => {
    expect(last, error.message).toBe(before)
  })
}

function pending({ here, there }: Stage): number {
  return here.cache.stats().pendingInvalidations + there.cache.stats().pendingInvalidations
}

function report(
  fault: Fault,
  moment: Moment,
  { traffic, lag, recovered }: { readonly traffic: Traffic; readonly lag: Lag; readonly recovered: number },
): void {
  const over = Math.max(...traffic.calls.map((call) => call.over))
  const nearest = Math.max(...traffic.calls.map(({ at, took, over: ms }) => ms - lag.slack(at, at + took)))
  const numbers = { calls: traffic.calls.length, over, overSlack: nearest, longestStall: lag.worst(), recovered }
  const rounded = Object.fromEntries(Object.entries(numbers).map(([name, ms]) => [name, Math.round(ms)]))
  console.log(`outages, ${fault.name}, ${moment.name}: ${JSON.stringify(rounded)}`)
}
