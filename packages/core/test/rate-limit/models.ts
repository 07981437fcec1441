import type { LimitRule } from '../../src/rate-limit/rule.ts'

/** What a model says: of a check, or of a look. */
export interface Said {
  readonly passes: boolean
  readonly remaining: bigint
  readonly wait: bigint
  readonly reset: bigint
}

/** A limit as its definition has it: over the list of everything that was taken, in whole numbers of any size. */
export interface Model {
  look(now: bigint, cost: bigint): Said
  take(now: bigint, cost: bigint): void
}

interface Taken {
  readonly at: bigint
  readonly amount: bigint
}

export function modelOf(rule: LimitRule): Model {
  switch (rule.kind) {
    case 'gcra':
      return gcraModel(BigInt(rule.interval), BigInt(rule.burst))
    case 'bucket':
      return bucketModel(BigInt(rule.every), BigInt(rule.capacity), BigInt(rule.refill), rule.aligned)
    case 'fixed':
      return fixedModel(BigInt(rule.window), BigInt(rule.limit), rule.aligned)
    case 'counter':
      return counterModel(BigInt(rule.window), BigInt(rule.limit))
    case 'segments':
      return countingModel(BigInt(rule.limit), (now) => {
        const [window, segment] = [BigInt(rule.window), BigInt(rule.segment)]
        const oldest = (now - window) / segment
        return {
          counts: (at) => at / segment >= oldest,
          gone: (at) => (at / segment + 1n) * segment + window,
        }
      })
    case 'log':
      return countingModel(BigInt(rule.limit), (now) => ({
        counts: (at) => at > now - BigInt(rule.window),
        gone: (at) => at + BigInt(rule.window),
      }))
    case 'permits':
      throw new Error('nothing is taken of permits')
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const up = (a: bigint, b: bigint): bigint => (a + b - 1n) / b

/** A bucket of credit that fills by one microsecond each microsecond. */
function gcraModel(interval: bigint, burst: bigint): Model {
  let [credit, filled] = [burst, 0n]
  const creditAt = (now: bigint): bigint => min(burst, credit + (now - filled))
  return {
    look(now, cost) {
      const there = creditAt(now)
      return {
        passes: cost * interval <= there,
        remaining: there / interval,
        wait: cost * interval - there,
        reset: burst - there,
      }
    },
    take(now, cost) {
      credit = creditAt(now) - cost * interval
      filled = now
    },
  }
}

/** Refilled tick by tick. */
function bucketModel(every: bigint, capacity: bigint, refill: bigint, aligned: boolean): Model {
  let [there, since] = [capacity, 0n]
  const settle = (now: bigint): void => {
    while (there < capacity && since + every <= now) {
      since += every
      there = min(capacity, there + refill)
    }
    if (there === capacity) since = aligned ? (now / every) * every : now
  }
  const until = (wanted: bigint, now: bigint): bigint =>
    wanted <= there ? 0n : since + up(wanted - there, refill) * every - now
  return {
    look(now, cost) {
      settle(now)
      return { passes: cost <= there, remaining: there, wait: until(cost, now), reset: until(capacity, now) }
    },
    take(now, cost) {
      settle(now)
      there -= cost
    },
  }
}

function fixedModel(window: bigint, limit: bigint, aligned: boolean): Model {
  let [taken, ends] = [0n, 0n]
  const settle = (now: bigint): void => {
    if (now < ends) return
    taken = 0n
    ends = aligned ? (now / window + 1n) * window : now + window
  }
  return {
    look(now, cost) {
      const before = { taken, ends }
      settle(now)
      const reset = taken === 0n ? 0n : ends - now
      const said = { passes: taken + cost <= limit, remaining: limit - taken, wait: ends - now, reset }
      // A look begins no window.
      if (said.reset === 0n) ({ taken, ends } = before)
      return said
    },
    take(now, cost) {
      settle(now)
      taken += cost
    },
  }
}

/** @param window in milliseconds. */
function counterModel(window: bigint, limit: bigint): Model {
  let all: Taken[] = []
  const sumIn = (number: bigint): bigint =>
    all.filter(({ at }) => at / 1000n / window === number).reduce((sum, { amount }) => sum + amount, 0n)
  const estimate = (now: bigint): bigint => {
    const ms = now / 1000n
    const number = ms / window
    return up(sumIn(number - 1n) * (window - (ms - number * window)), window) + sumIn(number)
  }
  /** By trying: what is waited for is the first ms in which it passes. */
  const wait = (now: bigint, cost: bigint): bigint => {
    let [low, high] = [now / 1000n, now / 1000n + 2n * window]
    while (low < high) {
      const middle = (low + high) / 2n
      if (estimate(middle * 1000n) + cost <= limit) high = middle
      else low = middle + 1n
    }
    return low * 1000n - now
  }
  return {
    look(now, cost) {
      const number = now / 1000n / window
      const windows = sumIn(number) > 0n ? 2n : sumIn(number - 1n) > 0n ? 1n : 0n
      const there = estimate(now)
      const passes = there + cost <= limit
      return {
        passes,
        remaining: max(0n, limit - there),
        wait: passes || cost > limit ? 0n : wait(now, cost),
        reset: windows === 0n ? 0n : (number + windows) * window * 1000n - now,
      }
    },
    take(at, amount) {
      all = [...all.filter((each) => each.at / 1000n / window >= at / 1000n / window - 1n), { at, amount }]
    },
  }
}

interface Reach {
  readonly counts: (at: bigint) => boolean
  /** When one that was taken then counts no more. */
  readonly gone: (at: bigint) => bigint
}

/** Counts what is within reach. */
function countingModel(limit: bigint, reachAt: (now: bigint) => Reach): Model {
  let all: Taken[] = []
  return {
    look(now, cost) {
      const { counts, gone } = reachAt(now)
      const within = all.filter(({ at }) => counts(at))
      const sum = within.reduce((total, { amount }) => total + amount, 0n)
      let need = sum + cost - limit
      const last = within.find(({ amount }) => (need -= amount) <= 0n)
      const newest = within.at(-1)
      return {
        passes: sum + cost <= limit,
        remaining: max(0n, limit - sum),
        wait: last === undefined ? 0n : gone(last.at) - now,
        reset: newest === undefined ? 0n : gone(newest.at) - now,
      }
    },
    take(at, amount) {
      const { counts } = reachAt(at)
      all = [...all.filter((each) => counts(each.at)), { at, amount }]
    },
  }
}
