import { type Duration, milliseconds } from '../../duration.ts'
import { checkFunction, invalidArgument, RedstartError } from '../../errors.ts'
import { parseRateLimit } from '../limited-fetch/parse-rate-limit.ts'

/** How a sink asks its provider. */
export interface DeliveryOptions {
  /** What sends. @default the global fetch */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** The longest that one call may take, its answer included. @default '5s' */
  readonly timeout?: Duration
  /** How often a call is sent again that got no answer, or 408, 425, 429 or 5xx, 0 to 10. @default 3 */
  readonly retries?: number
  /** The first wait before a call is sent again; each one after is twice as long. @default '250ms' */
  readonly backoff?: Duration
  /** The longest single wait. Where `Retry-After` asks for a longer one, the call has failed. @default '30s' */
  readonly maxWait?: Duration
}

export const DELIVERY_OPTIONS: readonly (keyof DeliveryOptions)[] = [
  'fetch',
  'timeout',
  'retries',
  'backoff',
  'maxWait',
]

/** One call of a provider. */
export interface PurgeCall {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends one call until it was heard. Rejects where it was not: `NOT_REACHED`. */
export type Deliver = (call: PurgeCall, signal: AbortSignal | undefined) => Promise<void>

export interface DeliveryParts {
  /** Of the sink, for messages. */
  readonly name: string
  /** Whether what the provider answers, with a status of success, says that it has done it. @default it has */
  readonly isDone?: (body: string) => boolean
}

/** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
export function delivery(options: DeliveryOptions, { name, isDone = () => true }: DeliveryParts): Deliver {
  const { fetch = async (url, init) => await globalThis.fetch(url, init), retries = 3 } = options
  checkFunction('fetch', fetch)
  if (!Number.isInteger(retries) || retries < 0 || retries > 10) throw invalidArgument('retries', retries, '0 to 10')
  const timeoutMs = milliseconds(options.timeout ?? '5s', 'timeout', 1)
  const backoffMs = milliseconds(options.backoff ?? '250ms', 'backoff', 1)
  const maxWaitMs = milliseconds(options.maxWait ?? '30s', 'maxWait', 1)
  return async (call, signal) => {
    for (let sent = 0; ; sent++) {
      const outcome = await ask(call, { fetch, timeoutMs, isDone, signal })
      if (outcome.type === 'done') return
      const waitMs = outcome.retryAfterMs ?? Math.min(maxWaitMs, backoffMs * 2 ** sent * (1 + Math.random() / 4))
      const isOver = sent >= retries || !outcome.mayRepeat || waitMs > maxWaitMs || signal?.aborted === true
      if (isOver) throw notReached(name, call, outcome, sent + 1)
      await pause(waitMs, signal)
    }
  }
}

type Outcome = { readonly type: 'done' } | Failure

interface Failure {
  readonly type: 'failed'
  /** `answered 503`, ... */
  readonly what: string
  readonly mayRepeat: boolean
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

interface Asking {
  readonly fetch: NonNullable<DeliveryOptions['fetch']>
  readonly timeoutMs: number
  readonly isDone: (body: string) => boolean
  readonly signal: AbortSignal | undefined
}

async function ask(call: PurgeCall, { fetch, timeoutMs, isDone, signal }: Asking): Promise<Outcome> {
  const { method, url, headers, body } = call
  const late = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      ...{ method, headers: { ...headers }, redirect: 'manual' },
      ...(body !== undefined && { body }),
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    })
    // Read to its end: only then is the connection free for the next.
    const text = await response.text()
    const { status } = response
    if (response.ok && isDone(text)) return { type: 'done' }
    const { retryAfterMs } = parseRateLimit(response.headers)
    const what = response.ok ? `answered ${status}, but that it has not done it` : `answered ${status}`
    return { type: 'failed', what, mayRepeat: REPEATED.has(status) || status >= 500, retryAfterMs }
  } catch (cause) {
    const what = late.aborted ? `did not answer within ${timeoutMs} ms` : 'could not be asked'
    return { type: 'failed', what, mayRepeat: true, cause }
  }
}

/** To drop what is gone already harms nothing: any call may be repeated. */
const REPEATED: ReadonlySet<number> = new Set([408, 425, 429])

/** Says where, and what came of it; neither what the request had in its headers nor what it was to drop. */
function notReached(name: string, { url }: PurgeCall, { what, cause }: Failure, times: number): RedstartError {
  const often = times === 1 ? '' : `, the last of ${times} times`
  return new RedstartError('NOT_REACHED', `${name}: ${new URL(url).host} ${what}${often}`, { cause })
}

/** Ends early, and well, when nobody waits any more. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
  })
}
