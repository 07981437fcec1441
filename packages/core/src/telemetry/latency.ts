import { type Distribution, Histogram, NOTHING } from './histogram.ts'

/**
 * What is timed. What memory answers is not: reading a clock would take longer than the hit.
 *
 * - `read` - looking for an entry beyond memory, or confirming one of memory, found or not.
 * - `load` - a loader, failed or not.
 * - `write` - storing an entry in the backend.
 * - `invalidate` - one invalidation, those of `set` and `delete` included.
 * - `compress` - compressing a value, the wait for a free thread included.
 * - `inflate` - decoding a value that was compressed.
 */
export type Operation = 'read' | 'load' | 'write' | 'invalidate' | 'compress' | 'inflate'

/** How long an operation took since the start of the instance, each in ms. */
export interface Latency extends Distribution {
  /** The same of the last hour: its last 50 to 60 minutes, since it is kept in slices of ten. */
  readonly lastHour: Distribution
}

const SLICE_MS = 600_000
const SLICES = 6

/** Times of one operation, those of each ten minutes apart for an hour. */
class Recorder {
  readonly #all = new Histogram(true)
  /** In a ring, with the ten minutes that each is of; there is none for ten minutes without any. */
  readonly #slices: { histogram: Histogram; of: number }[] = []

  record(milliseconds: number, now: number): void {
    this.#all.record(milliseconds)
    this.#sliceAt(Math.floor(now / SLICE_MS)).record(milliseconds)
  }

  /** Adds what is known to two others: of the whole time and of the last hour. */
  addTo(all: Histogram, lastHour: Histogram, now: number): void {
    all.add(this.#all)
    const current = Math.floor(now / SLICE_MS)
    for (const { histogram, of } of this.#slices) if (of > current - SLICES) lastHour.add(histogram)
  }

  #sliceAt(number: number): Histogram {
    const current = this.#slices.find(({ of }) => of === number)
    if (current !== undefined) return current.histogram
    const over = this.#slices.find(({ of }) => of <= number - SLICES)
    if (over === undefined) {
      const histogram = new Histogram(false)
      this.#slices.push({ histogram, of: number })
      return histogram
    }
    over.histogram.clear()
    over.of = number
    return over.histogram
  }
}

/** The times of a namespace; an operation that never was costs nothing. */
export class Times {
  readonly #recorders = new Map<Operation, Recorder>()

  record(operation: Operation, milliseconds: number, now: number): void {
    let recorder = this.#recorders.get(operation)
    if (recorder === undefined) this.#recorders.set(operation, (recorder = new Recorder()))
    recorder.record(milliseconds, now)
  }

  addTo(sums: TimesSum, now: number): void {
    for (const [operation, recorder] of this.#recorders) {
      const { all, lastHour } = sums.of(operation)
      recorder.addTo(all, lastHour, now)
    }
  }
}

const NEVER: Latency = { ...NOTHING, lastHour: NOTHING }

interface Sum {
  readonly all: Histogram
  readonly lastHour: Histogram
}

/** Times of several namespaces together. */
export class TimesSum {
  readonly #sums = new Map<Operation, Sum>()

  of(operation: Operation): Sum {
    let sum = this.#sums.get(operation)
    if (sum === undefined)
      this.#sums.set(operation, (sum = { all: new Histogram(true), lastHour: new Histogram(false) }))
    return sum
  }

  /** Milliseconds of everything together. */
  get spent(): number {
    let spent = 0
    for (const operation of this.#sums.values()) spent += operation.all.sum
    return spent
  }

  read(): Readonly<Record<Operation, Latency>> {
    const read = (operation: Operation): Latency => {
      const sum = this.#sums.get(operation)
      return sum === undefined ? NEVER : { ...sum.all.read(), lastHour: sum.lastHour.read() }
    }
    return {
      read: read('read'),
      load: read('load'),
      write: read('write'),
      invalidate: read('invalidate'),
      compress: read('compress'),
      inflate: read('inflate'),
    }
  }
}
