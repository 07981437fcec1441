import { DEADLINE, type Stage } from './stage.ts'

/** Something that keeps Redis from answering for a while. */
export interface Fault {
  readonly name: string
  /** Milliseconds. */
  readonly lasts: number
  /** What only soaks wait for. */
  readonly long?: boolean
  readonly begin: (stage: Stage) => unknown
  readonly end: (stage: Stage) => unknown
}

const ALL: readonly Fault[] = [
  stopped(2 * DEADLINE),
  stopped(2000),
  { ...stopped(20_000), long: true },
  {
    name: 'Redis killed, and started again',
    lasts: 600,
    begin: (stage) => stage.kill(),
    end: (stage) => stage.revive(),
  },
  network('a black hole', 1200, { blackHole: true }),
  network('a black hole for replies alone', 1200, { toClient: { blackHole: true } }),
  network('connections reset', 1200, { reset: true }),
  network('connections half open', 1200, { halfOpen: true }),
  network('replies later than the deadline', 1200, { latency: { ms: 0.75 * DEADLINE } }),
  network('replies around the deadline', 1500, { latency: { ms: 0.15 * DEADLINE, jitter: 0.7 * DEADLINE } }),
  network('a trickle', 1200, { throttle: { bytesPerSecond: 300 } }),
]

/** Those of this run. */
export const FAULTS: readonly Fault[] = ALL.filter(({ long = false }) => !long || process.env['REDSTART_SOAK'] === '1')

function stopped(lasts: number): Fault {
  return {
    name: `Redis stopped for ${lasts} ms`,
    lasts,
    begin: ({ server }) => server.pause(),
    end: ({ server }) => server.resume(),
  }
}

function network(name: string, lasts: number, faults: Parameters<Stage['proxy']['set']>[0]): Fault {
  return { name, lasts, begin: ({ proxy }) => proxy.set(faults), end: () => undefined }
}
