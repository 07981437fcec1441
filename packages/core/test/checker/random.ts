/** Random choices that a seed repeats. */
export interface Random {
  /** A fraction from 0 up to, never reaching, 1. */
  next(): number
  /** A whole number from 0 up to, never reaching, `end`. */
  below(end: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** Another generator whose choices do not disturb this one's. */
  fork(): Random
}

/** Mulberry32: 32 bits of state are enough for choices, and it is the same everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const below = (end: number): number => Math.floor(next() * end)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(list) {
      const picked = list[below(list.length)]
      if (picked === undefined) throw new Error('there is nothing to pick from')
      return picked
    },
    fork: () => seededRandom(Math.floor(next() * 0x1_0000_0000)),
  }
}

/** Some of a list, which the seed of this run draws. */
export function drawn<T>(list: readonly T[], count: number): readonly T[] {
  const random = seededRandom(seedOfRun())
  const order = new Map(list.map((each) => [each, random.next()]))
  return [...list].sort((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0)).slice(0, count)
}

/** The seed of this run: `REDSTART_SEED` where it is set, else a new one. */
export function seedOfRun(): number {
  const given = process.env['REDSTART_SEED']
  if (given === undefined) return Math.floor(Math.random() * 0x1_0000_0000)
  const seed = Number(given)
  if (Number.isSafeInteger(seed) && seed >= 0) return seed
  throw new Error(`REDSTART_SEED is ${JSON.stringify(given)}; expected a whole number, 0 or more`)
}
