import { checkFunction, invalidArgument } from '../errors.ts'

/** What a loaded value must be to be stored. */
export interface StoringOptions<T> {
  /**
   * False for a value that is returned, but not stored. What it throws, the read rejects with. It must answer at once: for
   * a promise the read rejects with `INVALID_ARGUMENT`.
   */
  readonly cacheIf?: (value: T) => boolean
}

/** What one read alone can have. */
export interface CallOptions<T> extends StoringOptions<T> {
  /**
   * Reads nothing: loads now, stores the value in place of what was there, and rejects with the loader's error even where
   * a stale entry could be served. Shares the load of another such call that began later than this one, and no other.
   * @default false
   */
  readonly refresh?: boolean
  /**
   * Ends this call's interest: it rejects with the signal's reason at once. When all who wait for a load have left it, its
   * own signal fires and later reads begin anew; callers without a signal never leave. A call whose signal has fired
   * before may still get what memory has.
   */
  readonly signal?: AbortSignal
  /**
   * Gets the promise of each refresh in the background that this call starts, which never rejects: for platforms that
   * stop a process between requests. In place of the instance's own.
   */
  readonly waitUntil?: WaitUntil
}

/** The members of {@link CallOptions}. */
export const CALL_MEMBERS: Readonly<Record<keyof CallOptions<unknown>, true>> = {
  cacheIf: true,
  refresh: true,
  signal: true,
  waitUntil: true,
}

/** Keeps the process alive, or the request open, until the work is done. What it throws or rejects with is told as an event. */
export type WaitUntil = (work: Promise<unknown>) => void

/** The same, checked. */
export interface CallPlan {
  readonly cacheIf: ((value: unknown) => boolean) | undefined
  readonly refresh: boolean
  readonly signal: AbortSignal | undefined
  readonly waitUntil: WaitUntil | undefined
}

/**
 * Checks the options of one read.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for one that is not allowed.
 */
export function callPlan({ cacheIf, refresh = false, signal, waitUntil }: CallOptions<unknown>): CallPlan {
  if (cacheIf !== undefined) checkFunction('cacheIf', cacheIf)
  if (waitUntil !== undefined) checkFunction('waitUntil', waitUntil)
  if (typeof refresh !== 'boolean') throw invalidArgument('refresh', refresh, 'true or false')
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('signal', signal, 'an AbortSignal')
  return { cacheIf, refresh, signal, waitUntil }
}
