import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { RedstartOptions } from '../../src/index.ts'
import { watchLag } from './patience.ts'
import { readsAgain } from './recovery.ts'
import { openStage, type Stage } from './stage.ts'
import { type Call, Traffic } from './traffic.ts'

const CALLS = 1000
/** So many at the same time, while each of them waits for Redis. */
const WAVE = 100
/** A machine that is busy with other things gets another try. */
const ROUNDS = 5
/** Milliseconds of the loaders while each call waits for Redis. */
const LOADING = 20

const CONSISTENCIES: readonly NonNullable<RedstartOptions['consistency']>[] = ['bounded', 'strict']

it.each(CONSISTENCIES)(
  `${CALLS} calls while Redis stands still take their loader and one deadline each: %s`,
  async (consistency) => {
    // Neither the breaker nor the end of the connection makes it easier.
    const redis = { connectTimeout: '1m', breaker: { failures: 1_000_000 } } as const
    await using stage = await openStage({ redis, consistency })
    using lag = watchLag()
    const traffic = new Traffic(stage)
    stage.server.pause()
    for (let first = 0; first < CALLS; first += WAVE) {
      const wave = Array.from({ length: WAVE }, (_, number) => `menu:${first + number}`)
      await Promise.all(wave.map((key) => traffic.read('here', key, LOADING)))
      await setImmediate()
    }
    report(`closed breaker, ${consistency}`, times(traffic.calls), { longestStall: lag.worst() })
    expect(await failure(stage)).toBe('STORE_TIMEOUT')
    expect(traffic.calls.map(({ loading }) => loading > 0)).toEqual(Array.from({ length: CALLS }, () => true))
    expect(traffic.late(lag)).toEqual([])
    expect(traffic.wrong).toEqual([])
    stage.server.resume()
    await readsAgain(stage, lag, 1000)
  },
)

it.each(CONSISTENCIES)(
  `${CALLS} calls, one after the other, take next to nothing once the breaker is open: %s`,
  async (consistency) => {
    // The connection stays, so that only a probe of the breaker can find out that Redis is back.
    const redis = { connectTimeout: '1m', breaker: { openFor: '1s', longest: '1s' } } as const
    await using stage = await openStage({ consistency, redis })
    using lag = watchLag()
    const traffic = new Traffic(stage)
    stage.server.pause()
    let attempts = 1
    while ((await failure(stage)) !== 'STORE_UNAVAILABLE') attempts += 1
    expect(attempts).toBeLessThanOrEqual(6)
    const rounds: (readonly number[])[] = []
    for (let round = 0; round < ROUNDS && !rounds.some((sorted) => isQuick(sorted, 5)); round += 1)
      rounds.push(await oneAfterTheOther(traffic, round))
    for (const sorted of rounds) report(`open breaker, ${consistency}`, sorted)
    expect(rounds.some((sorted) => isQuick(sorted, Math.max(5, lag.worst())))).toBe(true)
    // Not one of them waited for Redis: what it took was this process's own.
    expect(traffic.calls.filter(({ at: from, took }) => took > lag.slack(from, from + took))).toEqual([])
    expect(traffic.wrong).toEqual([])
    expect(await failure(stage)).toBe('STORE_UNAVAILABLE')
    stage.server.resume()
    await readsAgain(stage, lag, 2000)
  },
)

/** What {@link CALLS} calls took, in ms, the shortest first. */
async function oneAfterTheOther(traffic: Traffic, round: number): Promise<readonly number[]> {
  const before = traffic.calls.length
  for (let number = 0; number < CALLS; number += 1) {
    await traffic.read('here', `menu:${round}-${number}`)
    // Lets timers and sockets have their turn, as a server would between two requests.
    if (number % 10 === 0) await setImmediate()
  }
  return times(traffic.calls.slice(before))
}

/** One in a hundred may meet other programs that want the processor: it takes no longer than so many ms. */
function isQuick(sorted: readonly number[], longest: number): boolean {
  return at(sorted, 0.5) < 1 && at(sorted, 0.99) <= longest
}

/** The breaker is open where calls fail as unavailable, and closed where they wait in vain. */
async function failure({ here }: Stage): Promise<string | undefined> {
  return (await here.health()).error
}

/** What each call took, in ms, the shortest first. */
function times(calls: readonly Call[]): number[] {
  return calls.map(({ took }) => took).sort((a, b) => a - b)
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
}

function report(what: string, sorted: readonly number[], more: Readonly<Record<string, number>> = {}): void {
  const numbers = { median: at(sorted, 0.5), p99: at(sorted, 0.99), most: at(sorted, 1), ...more }
  const rounded = Object.fromEntries(Object.entries(numbers).map(([name, ms]) => [name, Number(ms.toFixed(3))]))
  console.log(`${sorted.length} calls, ${what}, ms: ${JSON.stringify(rounded)}`)
}
