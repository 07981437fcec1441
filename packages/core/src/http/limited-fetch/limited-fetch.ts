import { LRUCache } from 'lru-cache'
import { systemClock } from '../../clock.ts'
import { type Duration, milliseconds } from '../../duration.ts'
import { checkFunction, checkMembers, checkObject, invalidArgument, RedstartError } from '../../errors.ts'
import { Gate, type GateClock, type Outlook } from './gate.ts'
import { parseRateLimit } from './parse-rate-limit.ts'

export interface LimitedFetchOptions {
  /** What sends. @default the global fetch */
  readonly fetch?: (request: Request) => Promise<Response>
  /** The longest that one call waits, all its waits together. @default '30s' */
  readonly maxWait?: Duration
  /** How often a request that was refused is sent again, 0 to 10. @default 2 */
  readonly retries?: number
  /** Up to which share a wait is longer, 0 to 1, so that not all clients come back at once. @default 0.1 */
  readonly jitter?: number
  /**
   * Whose quota a request takes from, where one origin has several: the account of its token. What has the same origin and
   * partition waits for each other.
   *
   * @default all requests to an origin share one
   */
  readonly partition?: (request: Request) => string
  /** Time, for tests. What it schedules should keep the process alive. @default that of this machine */
  readonly clock?: GateClock
}

/** `fetch`, with waits. */
export type LimitedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/**
 * A `fetch` that does what servers tell of their limits: it waits out `Retry-After`, sends no more than a quota has left, and
 * sends a request that was refused again: with 429 any, with 503 and `Retry-After` those that may be repeated (RFC 9110
 * 9.2.2), and never one whose body is a stream, which can be sent once. An answer whose wait would be longer than `maxWait`
 * is given back as it is. Where a request would have to wait longer than that before it is sent at all, it is not sent: the
 * call rejects with `RATE_LIMITED`. An `AbortSignal` ends waits as well.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function limitedFetch(options: LimitedFetchOptions = {}): LimitedFetch {
  const settings = resolve(options)
  const gates = new LRUCache<string, Gate>({ max: MOST_GATES })
  return async (input, init) => {
    const request = new Request(input, init)
    const name = `${new URL(request.url).origin} ${settings.partition(request)}`
    const gate = gates.get(name) ?? new Gate(settings.clock)
    gates.set(name, gate)
    // Made anew for each time, since sending one uses up its body.
    const again = isStreamed(input, init) ? undefined : () => new Request(input, init)
    return await send({ request, again, gate, settings })
  }
}

interface Settings {
  readonly fetch: (request: Request) => Promise<Response>
  readonly maxWaitMs: number
  readonly retries: number
  readonly jitter: number
  readonly partition: (request: Request) => string
  readonly clock: GateClock
}

interface Sending {
  readonly request: Request
  readonly again: (() => Request) | undefined
  readonly gate: Gate
  readonly settings: Settings
}

async function send({ request, again, gate, settings }: Sending): Promise<Response> {
  const until = settings.clock.now() + settings.maxWaitMs
  const late = await gate.pass(until, request.signal)
  if (late !== undefined) throw notSent(request, late)
  let refused = await ask(request, gate, settings)
  for (let sent = 0; again !== undefined && sent < settings.retries && refused.mayRepeat; sent++) {
    // The one before is what there is to give back until then.
    if ((await gate.pass(until, request.signal)) !== undefined) break
    await refused.response.body?.cancel()
    refused = await ask(again(), gate, settings)
  }
  return refused.response
}

interface Asked {
  readonly response: Response
  /** It was refused, and it is known when that is over. */
  readonly mayRepeat: boolean
}

async function ask(request: Request, gate: Gate, { fetch, jitter }: Settings): Promise<Asked> {
  const { method } = request
  let outlook: Outlook | undefined
  try {
    const response = await fetch(request)
    outlook = outlookOf(response, 1 + jitter * Math.random())
    const isRefused = response.status === 429 || (response.status === 503 && REPEATABLE.has(method))
    return { response, mayRepeat: isRefused && outlook.closedMs > 0 }
  } finally {
    gate.leave(outlook)
  }
}

/** @param stretch what waits are multiplied with. */
function outlookOf({ status, headers }: Response, stretch: number): Outlook {
  const { quotas, retryAfterMs } = parseRateLimit(headers)
  const counting = quotas.filter(({ unit, remaining }) => unit === 'requests' && remaining !== undefined)
  const remaining = Math.min(...counting.map((quota) => quota.remaining ?? Infinity))
  const usedUp = counting.filter((quota) => quota.remaining === 0)
  const resetMs = Math.max(0, ...usedUp.map(({ resetAfterMs = 0 }) => resetAfterMs))
  const isRefused = status === 429 || (status === 503 && retryAfterMs !== undefined)
  if (!isRefused) return { remaining, closedMs: resetMs * stretch }
  // A server that says 0 means at once, but not in this moment.
  const closedMs = retryAfterMs === undefined ? resetMs : Math.max(1, retryAfterMs)
  return { remaining: closedMs > 0 ? 0 : remaining, closedMs: closedMs * stretch }
}

/** RFC 9110 9.2.2. */
const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])
const MOST_GATES = 1000

/** A body that is there once: of a request that was made before, or one that is read while it is sent. */
function isStreamed(input: string | URL | Request, init: RequestInit | undefined): boolean {
  const body: unknown = init?.body ?? undefined
  if (body === undefined) return input instanceof Request && input.body !== null
  const isWhole =
    typeof body === 'string' ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    [Blob, FormData, URLSearchParams].some((kind) => body instanceof kind)
  return !isWhole
}

function notSent({ url }: Request, lateMs: number): RedstartError {
  const when = lateMs > 0 ? `in ${Math.ceil(lateMs / 1000)} s` : 'when others have their answers'
  return new RedstartError(
    'RATE_LIMITED',
    `a request to ${new URL(url).origin} was not sent: its quota has more ${when}, and maxWait is shorter`,
  )
}

const KNOWN: ReadonlySet<string> = new Set(['fetch', 'maxWait', 'retries', 'jitter', 'partition', 'clock'])

function resolve(options: LimitedFetchOptions): Settings {
  checkObject('the options of limitedFetch', options)
  checkMembers('the options of limitedFetch', options, KNOWN)
  const { maxWait = '30s', retries = 2, jitter = 0.1, partition = () => '', clock = keptClock() } = options
  const { fetch = async (request) => await globalThis.fetch(request) } = options
  checkFunction('fetch', fetch)
  checkFunction('partition', partition)
  if (!Number.isInteger(retries) || retries < 0 || retries > 10) throw invalidArgument('retries', retries, '0 to 10')
  if (!(jitter >= 0 && jitter <= 1)) throw invalidArgument('jitter', jitter, 'a share of 0 to 1')
  return { fetch, maxWaitMs: milliseconds(maxWait, 'maxWait'), retries, jitter, partition, clock }
}

/** Whose timers keep the process alive. */
function keptClock(): GateClock {
  const { now } = systemClock()
  return {
    now,
    schedule: (ms, callback) => {
      // Woken too early, a gate waits again.
      const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS))
      return () => clearTimeout(timer)
    },
  }
}

/** The longest that one timer of Node.js can wait. */
const LONGEST_TIMER_MS = 2_147_483_647
