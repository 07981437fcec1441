import type { ByteCache, Moment } from '@redstart/core/byte-cache'

/** A clock of the order of invalidations that had been reached at a time of the backend, in ms. */
interface Sample {
  readonly time: number
  readonly clock: number
}

export interface ChronicleOptions {
  readonly path: string
  /** How far back is looked, in ms. */
  readonly retention: number
  /** The least ms between two samples. */
  readonly every: number
}

/** Samples may be apart so much of how long ago they are: what is long ago need not be known to the minute. */
const PRECISION = 1 / 16
/** Nothing that was last known to be right so long ago counts as young. */
const LONG_AGO_MS = 86_400_000

/**
 * When the clock of invalidations had reached what. That clock only counts; this says, of a time that has passed, what it had
 * reached by then. Kept as an entry: it is gone with the generation that its clocks are of, and with its entries.
 */
export class Chronicle {
  readonly #cache: ByteCache
  readonly #options: ChronicleOptions
  /** Own instant from which the next sample is due. */
  #dueAt = -Infinity

  constructor(cache: ByteCache, options: ChronicleOptions) {
    this.#cache = cache
    this.#options = options
  }

  /** Notes the present where it is time to, behind whoever says that the cache is in use. */
  tick(): void {
    const { now } = this.#cache
    if (now < this.#dueAt) return
    this.#dueAt = now + this.#options.every
    // Whoever does not know the past makes anew what could be of it.
    this.note().catch(() => undefined)
  }

  /** Notes the present. */
  async note(): Promise<void> {
    const { path, retention, every } = this.#options
    const moment = await this.#cache.moment()
    // The clock of the moment was reached before now, by whatever Redis takes for now.
    const time = this.#cache.latestTime
    if (!moment.reached) return
    const found = await this.#read()
    // What is there, and could not be read, is not to be replaced; nor is that of a generation which has just begun.
    if (found === undefined || (found.generation ?? moment.generation) !== moment.generation) return
    const { samples } = found
    if ((samples.at(-1)?.time ?? -Infinity) > time - every) return
    const bytes = encode(thinned([...samples, { time, clock: moment.clock }], time, retention))
    await this.#cache.keep(path, { bytes, ttl: retention, tags: [], moment })
  }

  /**
   * The last moment that is known to have been over at a time of the backend: what was invalidated later hits what is bound
   * to it, and so does all that waits in this process. Undefined where none is known.
   */
  async momentBefore(time: number): Promise<Moment | undefined> {
    const { generation, samples = [] } = (await this.#read()) ?? {}
    const sample = samples.findLast((each) => each.time <= time)
    if (generation === undefined || sample === undefined) return undefined
    return { generation, clock: sample.clock, sequence: 0, since: this.#cache.now - LONG_AGO_MS, reached: true }
  }

  /** No generation where there is nothing; undefined where it cannot be known. */
  async #read(): Promise<{ readonly generation?: string; readonly samples: readonly Sample[] } | undefined> {
    const reading = this.#cache.read(this.#options.path)
    const read = reading instanceof Promise ? await reading : reading
    if (read.kind === 'missing') return read.unreached ? undefined : { samples: [] }
    return { generation: this.#cache.momentOf(read.entry).generation, samples: decode(read.bytes) }
  }
}

function encode(samples: readonly Sample[]): Buffer {
  return Buffer.from(JSON.stringify(samples.map(({ time, clock }) => [time, clock])), 'utf8')
}

function decode(bytes: Uint8Array): readonly Sample[] {
  try {
    const list: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return Array.isArray(list) ? list.flatMap(sampleFrom) : []
  } catch {
    return []
  }
}

function sampleFrom(pair: unknown): Sample[] {
  if (!Array.isArray(pair)) return []
  const [time, clock] = pair as unknown[] // whatever is in it
  return Number.isFinite(time) && Number.isSafeInteger(clock) ? [{ time: Number(time), clock: Number(clock) }] : []
}

/** Fewer of what is long ago, nothing of what is longer ago than is looked. */
function thinned(samples: readonly Sample[], now: number, retention: number): readonly Sample[] {
  const kept: Sample[] = []
  for (const [index, sample] of samples.entries()) {
    if (now - sample.time > retention) continue
    const [before, after] = [kept.at(-1), samples[index + 1]]
    // Without it, its neighbours are still near enough to each other.
    const spare =
      before !== undefined && after !== undefined && after.time - before.time <= (now - after.time) * PRECISION
    if (!spare) kept.push(sample)
  }
  return kept
}
