import { RedstartError } from '@redstart/core'

/** What happens to the bytes that go in one direction of each connection. Nothing set: they pass at once, unchanged. */
export interface StreamFaults {
  /** Each piece arrives `ms` milliseconds later, and up to `jitter` more, drawn for each piece. The order stays. */
  readonly latency?: { readonly ms: number; readonly jitter?: number }
  /**
   * Nothing passes, an end or a reset of the connection neither, as when a cable is pulled: the sender notices nothing
   * until its buffers are full. What was held passes when the fault is taken back.
   */
  readonly blackHole?: boolean
  /** Bytes pass at this rate, for each connection by itself; a fraction of a byte a second is allowed. */
  readonly throttle?: { readonly bytesPerSecond: number }
  /**
   * Bytes are replaced by others: each n-th, or each with a probability of 0 to 1. Counted and drawn from the moment of
   * `set`, or from the start of a later connection.
   */
  readonly corrupt?: { readonly every: number } | { readonly probability: number }
  /**
   * So many bytes pass, then the receiver sees the connection end, and the sender sees it break. Counted like `corrupt`;
   * 0 cuts before the first byte.
   */
  readonly cutAfter?: number
}

/** What happens to the connections through a proxy. Faults of streams stand for both directions. */
export interface Faults extends StreamFaults {
  /** From the client to the server; what is set here goes before what is set for both. */
  readonly toServer?: StreamFaults
  /** From the server to the client; what is set here goes before what is set for both. */
  readonly toClient?: StreamFaults
  /** Open connections are reset at once on both sides (TCP RST), and new ones as soon as they are accepted. */
  readonly reset?: boolean
  /**
   * The server's side of open connections is closed at once, and new ones get none; the client's side stays open and is
   * never answered. What the client sends is lost. A connection stays so when the fault is taken back.
   */
  readonly halfOpen?: boolean
}

/**
 * The faults of one direction: its own before those of both.
 *
 * @throws RedstartError `INVALID_ARGUMENT` when a number is out of its range.
 */
export function streamFaults(faults: Faults, direction: 'toServer' | 'toClient'): StreamFaults {
  const { latency, blackHole, throttle, corrupt, cutAfter } = { ...faults, ...faults[direction] }
  if (latency) check('latency.ms', latency.ms, latency.ms >= 0, '0 or more')
  if (latency?.jitter !== undefined) check('latency.jitter', latency.jitter, latency.jitter >= 0, '0 or more')
  if (throttle) check('throttle.bytesPerSecond', throttle.bytesPerSecond, throttle.bytesPerSecond > 0, 'above 0')
  if (corrupt && 'every' in corrupt) check('corrupt.every', corrupt.every, isWhole(corrupt.every, 1), 'whole, above 0')
  if (corrupt && 'probability' in corrupt) {
    check('corrupt.probability', corrupt.probability, corrupt.probability >= 0 && corrupt.probability <= 1, '0 to 1')
  }
  if (cutAfter !== undefined) check('cutAfter', cutAfter, isWhole(cutAfter, 0), 'whole, 0 or more')
  return {
    ...(latency && { latency: { ...latency } }),
    ...(blackHole && { blackHole }),
    ...(throttle && { throttle: { ...throttle } }),
    ...(corrupt && { corrupt: { ...corrupt } }),
    ...(cutAfter !== undefined && { cutAfter }),
  }
}

function isWhole(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least
}

function check(what: string, value: number, inRange: boolean, allowed: string): void {
  if (inRange && Number.isFinite(value)) return
  throw new RedstartError('INVALID_ARGUMENT', `Fault ${what} is ${value}; expected a number, ${allowed}`)
}
