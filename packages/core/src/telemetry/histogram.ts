/** How long something took, each in ms. All are 0 before the first. */
export interface Distribution {
  readonly count: number
  readonly mean: number
  readonly min: number
  /** Half of them took no longer; like `p95` and `p99` at most 3.2 % from the exact one, or 0.001 ms where that is more. */
  readonly median: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Times are counted in whole ticks of about a microsecond. */
const TICKS_PER_MS = 1024
/** The exponent of the number of buckets for each doubling of the time: 16 of them, each 1/16 to 1/32 of its times wide. */
const PRECISION = 4
const PER_DOUBLING = 2 ** PRECISION
/** Times of 2 ** 20 ms (17 minutes) and more share the last bucket. */
const MOST_TICKS = 2 ** 30 - 1
const BUCKETS = bucketOf(MOST_TICKS) + 1

/**
 * Counts times in buckets that get wider as the times get longer, so that a quantile of any size is about as exact, and
 * any number of times takes the same 2 to 4 kB.
 */
export class Histogram {
  readonly #buckets: Uint32Array | Float64Array
  #count = 0
  #sum = 0
  #min = Infinity
  #max = 0

  /** @param long it counts for as long as the process lives, which 32 bits may be too few for. */
  constructor(long: boolean) {
    this.#buckets = long ? new Float64Array(BUCKETS) : new Uint32Array(BUCKETS)
  }

  get sum(): number {
    return this.#sum
  }

  record(milliseconds: number): void {
    const bucket = bucketOf(Math.min(MOST_TICKS, Math.max(0, milliseconds * TICKS_PER_MS)))
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count++
    this.#sum += milliseconds
    if (milliseconds < this.#min) this.#min = milliseconds
    if (milliseconds > this.#max) this.#max = milliseconds
  }

  /** Counts what another one has counted. */
  add(other: Histogram): void {
    if (other.#count === 0) return
    for (let n = 0; n < BUCKETS; n++) this.#buckets[n] = (this.#buckets[n] ?? 0) + (other.#buckets[n] ?? 0)
    this.#count += other.#count
    this.#sum += other.#sum
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
  }

  clear(): void {
    this.#buckets.fill(0)
    this.#count = 0
    this.#sum = 0
    this.#min = Infinity
    this.#max = 0
  }

  read(): Distribution {
    const count = this.#count
    if (count === 0) return NOTHING
    const [median, p95, p99] = [this.#quantile(0.5), this.#quantile(0.95), this.#quantile(0.99)]
    return { count, mean: this.#sum / count, min: this.#min, median, p95, p99, max: this.#max }
  }

  /** The smallest time that so large a share of them does not exceed: the middle of its bucket. */
  #quantile(share: number): number {
    let left = Math.ceil(share * this.#count)
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#buckets[bucket] ?? 0
      // All times of the last bucket are long; only the longest is known.
      if (left <= 0) return bucket === BUCKETS - 1 ? this.#max : this.#clamped(middleOf(bucket))
    }
    return this.#max
  }

  #clamped(milliseconds: number): number {
    return Math.min(this.#max, Math.max(this.#min, milliseconds))
  }
}

/** What is told before the first. */
export const NOTHING: Distribution = { count: 0, mean: 0, min: 0, median: 0, p95: 0, p99: 0, max: 0 }

/** One bucket a tick at first, then as many for each doubling as there were ticks before the first one. */
function bucketOf(ticks: number): number {
  const whole = Math.floor(ticks)
  const shift = Math.max(0, 31 - Math.clz32(whole) - PRECISION)
  return shift * PER_DOUBLING + (whole >>> shift)
}

function middleOf(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / PER_DOUBLING) - 1)
  const first = (bucket - shift * PER_DOUBLING) * 2 ** shift
  return (first + 2 ** shift / 2) / TICKS_PER_MS
}
