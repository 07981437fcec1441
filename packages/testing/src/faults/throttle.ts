/** Lets bytes pass at a rate. */
export interface Throttle {
  /** Milliseconds until the next byte may pass; 0 for now. */
  wait(now: number): number
  /** Bytes that may pass at once, at least 1. */
  readonly portion: number
  /** Counts bytes that passed. */
  passed(bytes: number, now: number): void
}

/** Milliseconds of the rate that pass in one piece. */
const PORTION = 10
/** Milliseconds that a late timer may make up for. */
const MAKE_UP = 100

/** A throttle that has let nothing pass yet. */
export function throttle(bytesPerSecond: number): Throttle {
  const perByte = 1000 / bytesPerSecond
  let free = -Infinity
  return {
    portion: Math.max(1, Math.floor(PORTION / perByte)),
    wait: (now) => Math.max(0, free - now),
    passed: (bytes, now) => void (free = Math.max(free, now - MAKE_UP) + bytes * perByte),
  }
}
