import { type Duration, milliseconds } from '../duration.ts'
import { checkObject, invalidArgument } from '../errors.ts'

/** When values are loaded, for how long what comes of it stands, and who waits for it. */
export interface LoadOptions {
  /**
   * Serve a stale entry at once and refresh it in the background; with `false` it is served only when the loader fails,
   * or takes longer than `softTimeout`.
   * @default true
   */
  readonly staleWhileRevalidate?: boolean
  /**
   * How long a loader may take. Afterwards its signal fires, its callers get `LOAD_TIMEOUT` or a stale entry, and what it
   * still returns is thrown away. The next load of the key waits until it has settled, so that one runs at a time, but at
   * most for as long again: a loader that ignores its signal is then given up, and runs beside the next one. The same
   * holds for a load that its callers have left.
   * @default '30s'
   */
  readonly loadTimeout?: Duration
  /**
   * How long a caller waits for a load where a stale entry may be served in its place: it then gets the stale one, and
   * the load goes on in the background. Of use with `staleWhileRevalidate: false`. @default none
   */
  readonly softTimeout?: Duration
  /**
   * 0 to 1: by how much the `ttl` of each stored entry is shortened at the most, at random, so that entries that were
   * stored together do not end together.
   * @default 0
   */
  readonly jitter?: number
  /**
   * Refreshes an entry that is still fresh in the background when it is read, before it ends. A number between 0 and 1:
   * from that share of its `ttl` on. `'xfetch'`: from a moment before its end that is drawn once for each entry and
   * process, earlier the longer its load took (exponentially distributed, on average its load's duration before the end:
   * Vattani, Chierichetti and Lowenstein, 2015, with beta 1). One process at a time refreshes an entry.
   * @default false
   */
  readonly earlyRefresh?: false | 'xfetch' | number
  /** How long null and undefined are fresh. @default as `ttl` */
  readonly negativeTtl?: Duration
  /**
   * How long a failed load is remembered in this process: until then reads of the key get the same error without a load,
   * or a stale entry. An invalidation that hits the entry ends it. @default 0
   */
  readonly errorTtl?: Duration
  /**
   * How long a stale entry whose refresh failed, or brought a value that is not stored, is served without another try; it
   * doubles each time in a row, up to a minute or this, whichever is longer. All processes over one Redis pause together.
   * @default '1s'
   */
  readonly backOff?: Duration
  /**
   * Of all processes one at a time loads a missing entry; the others wait until it is there. A process that is killed
   * keeps them for 10 seconds at the most, and none waits longer than `loadTimeout`: afterwards, and without the backend,
   * they load all the same. Where the value is not stored, those who waited load at once and side by side, and for a
   * second whoever asks does. Costs three commands more for each load, and a read every 25 to 100 ms of who waits.
   * @default false
   */
  readonly lease?: boolean
  /** What is worth storing. Entries that are stored already are refreshed whatever it says. @default everything */
  readonly admission?: AdmissionOptions
}

/** What a value must have cost, or how often it must have been asked for, to be stored. */
export interface AdmissionOptions {
  /** Milliseconds that its load took at least. @default 0 */
  readonly minCostMs?: number
  /**
   * Reads of its key that reached a load in this process lately, this one included: with 2 the second one stores. They
   * are forgotten after 10 to 20 minutes, or earlier where more than 10,000 different keys are read meanwhile.
   * @default 1
   */
  readonly minHits?: number
}

/** The same, resolved. Durations are milliseconds. */
export interface LoadSettings {
  readonly staleWhileRevalidate: boolean
  readonly loadTimeout: number
  /** `Infinity` for none. */
  readonly softTimeout: number
  readonly jitter: number
  readonly earlyRefresh: EarlyRefresh
  /** Undefined: as for other values. */
  readonly negativeTtl: number | undefined
  readonly errorTtl: number
  readonly backOff: number
  readonly lease: boolean
  readonly minCost: number
  readonly minHits: number
}

export type EarlyRefresh = false | 'xfetch' | number

export const LOAD_DEFAULTS: LoadSettings = {
  staleWhileRevalidate: true,
  loadTimeout: 30_000,
  softTimeout: Infinity,
  jitter: 0,
  earlyRefresh: false,
  negativeTtl: undefined,
  errorTtl: 0,
  backOff: 1000,
  lease: false,
  minCost: 0,
  minHits: 1,
}

/**
 * Lays options over settings.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function resolveLoads(options: LoadOptions, base: LoadSettings): LoadSettings {
  const { admission, jitter, earlyRefresh } = options
  if (admission !== undefined) checkObject('admission', admission)
  return {
    staleWhileRevalidate: flag('staleWhileRevalidate', options.staleWhileRevalidate) ?? base.staleWhileRevalidate,
    loadTimeout: duration('loadTimeout', options.loadTimeout, 1) ?? base.loadTimeout,
    softTimeout: duration('softTimeout', options.softTimeout, 0) ?? base.softTimeout,
    jitter: number('jitter', jitter, (share) => share >= 0 && share <= 1, 'a number from 0 to 1') ?? base.jitter,
    earlyRefresh: early(earlyRefresh) ?? base.earlyRefresh,
    negativeTtl: duration('negativeTtl', options.negativeTtl, 1) ?? base.negativeTtl,
    errorTtl: duration('errorTtl', options.errorTtl, 0) ?? base.errorTtl,
    backOff: duration('backOff', options.backOff, 1) ?? base.backOff,
    lease: flag('lease', options.lease) ?? base.lease,
    minCost: number('admission.minCostMs', admission?.minCostMs, isAmount, 'milliseconds, 0 or more') ?? base.minCost,
    minHits:
      number('admission.minHits', admission?.minHits, isCount, 'a whole number from 1 to 1000000') ?? base.minHits,
  }
}

function duration(what: string, value: Duration | undefined, least: number): number | undefined {
  return value === undefined ? undefined : milliseconds(value, what, least)
}

function flag(what: string, value: boolean | undefined): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw invalidArgument(what, value, 'true or false')
}

function number(
  what: string,
  value: number | undefined,
  allowed: (value: number) => boolean,
  expected: string,
): number | undefined {
  if (value === undefined || (typeof value === 'number' && allowed(value))) return value
  throw invalidArgument(what, value, expected)
}

function early(value: EarlyRefresh | undefined): EarlyRefresh | undefined {
  if (value === undefined || value === false || value === 'xfetch') return value
  if (typeof value === 'number' && value > 0 && value < 1) return value
  throw invalidArgument('earlyRefresh', value, "false, 'xfetch', or a share of the ttl between 0 and 1")
}

function isAmount(value: number): boolean {
  return value >= 0 && Number.isFinite(value)
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= 1_000_000
}
