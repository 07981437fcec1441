import type { Socket } from 'node:net'
import type { Cancel, Clock } from '@redstart/core'
import { breakOff } from './break-off.ts'
import { type Corruption, corruption } from './corruption.ts'
import type { StreamFaults } from './faults.ts'
import { seededRandom } from './random.ts'
import { type Throttle, throttle } from './throttle.ts'

/** One direction of a connection. */
export interface LaneOptions {
  readonly from: Socket
  readonly to: Socket
  readonly faults: StreamFaults
  readonly seed: number
  /** Lanes of different numbers draw different numbers. */
  readonly number: number
  readonly clock: Clock
  /** Called once when `cutAfter` bytes have passed. */
  readonly onCut: () => void
}

type Piece = { readonly arrived: number; readonly draw: number } & (
  | { readonly kind: 'bytes'; bytes: Buffer }
  | { readonly kind: 'end' | 'reset' }
)

/** Bytes that a lane holds before it stops to read. */
const HELD_BYTES = 256 * 1024

/**
 * Hands on what one socket receives to another one, in order, with the faults that are set at that moment: bytes, then
 * an end or a reset. Holds a bounded number of bytes; beyond it the sender has to wait.
 */
export class Lane {
  readonly #options: LaneOptions
  readonly #held: Piece[] = []
  readonly #jitter: () => number
  #heldBytes = 0
  #faults: StreamFaults = {}
  #corrupt: Corruption | undefined
  #throttle: Throttle | undefined
  #passed = 0
  #closed = false
  #cancel: Cancel = () => {}

  constructor(options: LaneOptions) {
    this.#options = options
    const { from, to, seed, number } = options
    this.#jitter = seededRandom(seed, number * 2)
    let ended = false
    from.on('data', (bytes) => this.#arrive({ kind: 'bytes', bytes }))
    from.on('end', () => {
      ended = true
      this.#arrive({ kind: 'end' })
    })
    from.on('close', (failed) => {
      if (failed || !ended) this.#arrive({ kind: 'reset' })
    })
    to.on('drain', () => this.#move())
    this.set(options.faults)
  }

  /** Counts from 0 again, and applies to what is held as well. */
  set(faults: StreamFaults): void {
    const { seed, number } = this.#options
    this.#faults = faults
    // Numbers of its own: how many are drawn for jitter depends on how the network cuts the stream.
    this.#corrupt = faults.corrupt && corruption(faults.corrupt, seededRandom(seed, number * 2 + 1))
    this.#throttle = faults.throttle && throttle(faults.throttle.bytesPerSecond)
    this.#passed = 0
    this.#move()
  }

  /** Drops what is held; from now on everything that arrives is lost. */
  close(): void {
    this.#closed = true
    this.#cancel()
    this.#held.length = 0
    this.#options.from.resume()
  }

  #arrive(what: { readonly kind: 'bytes'; readonly bytes: Buffer } | { readonly kind: 'end' | 'reset' }): void {
    if (this.#closed) return
    if (what.kind === 'bytes') this.#heldBytes += what.bytes.length
    this.#held.push({ ...what, arrived: this.#options.clock.now(), draw: this.#jitter() })
    this.#move()
  }

  /** Hands on what may pass now, and comes back when more may. */
  #move(): void {
    this.#cancel()
    for (let piece = this.#held[0]; piece !== undefined && !this.#closed; piece = this.#held[0]) {
      if (this.#faults.blackHole) break
      const wait = this.#wait(piece)
      if (wait > 0) {
        this.#cancel = this.#options.clock.schedule(wait, () => this.#move())
        break
      }
      if (piece.kind === 'bytes' && this.#options.to.writableNeedDrain) break
      this.#handOn(piece)
    }
    if (this.#closed) return
    if (this.#faults.blackHole || this.#heldBytes > HELD_BYTES) this.#options.from.pause()
    else this.#options.from.resume()
  }

  #wait(piece: Piece): number {
    const now = this.#options.clock.now()
    const { ms = 0, jitter = 0 } = this.#faults.latency ?? {}
    const late = piece.arrived + ms + jitter * piece.draw - now
    return Math.max(late, piece.kind === 'bytes' ? (this.#throttle?.wait(now) ?? 0) : 0)
  }

  #handOn(piece: Piece): void {
    const { to } = this.#options
    if (piece.kind === 'bytes') {
      this.#send(piece)
      return
    }
    this.#held.shift()
    if (piece.kind === 'end') to.end()
    else breakOff(to)
  }

  #send(piece: Extract<Piece, { kind: 'bytes' }>): void {
    const { to, clock, onCut } = this.#options
    const { cutAfter = Infinity } = this.#faults
    const size = Math.min(piece.bytes.length, this.#throttle?.portion ?? Infinity, cutAfter - this.#passed)
    const bytes = piece.bytes.subarray(0, size)
    if (size === piece.bytes.length) this.#held.shift()
    else piece.bytes = piece.bytes.subarray(size)
    this.#heldBytes -= size
    this.#passed += size
    this.#throttle?.passed(size, clock.now())
    if (size > 0 && to.writable) to.write(this.#corrupt?.(bytes) ?? bytes)
    if (this.#passed >= cutAfter) onCut()
  }
}
