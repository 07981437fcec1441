import type { Reply } from '../exchange.ts'
import { type Problem, problemReply } from '../problem.ts'
import { pageOf, wantsPage } from './refusal-page.ts'

/** Why a check was refused, and when it would not be. */
export interface Refusal {
  readonly reason: 'quota' | 'blocked' | 'unsatisfiable' | 'unavailable'
  /** The names of the policies that had too little left. */
  readonly violated: readonly string[]
  /** Undefined where waiting does not help. */
  readonly retryAfterMs: number | undefined
}

/** Whole seconds for `Retry-After`, rounded up, 1 at least; the later by a share of up to `jitter`. */
export function retryAfterSeconds(ms: number, jitter: number, random: () => number = Math.random): number {
  return Math.max(1, Math.ceil((ms / 1000) * (1 + jitter * random())))
}

/**
 * The answer to a refused check: 429, or 503 where it is the limiter that is not available, as problem+json of RFC 9457 with
 * the types of draft-ietf-httpapi-ratelimit-headers-10, 5; a page for who asks for one.
 *
 * @param jitter up to which share `Retry-After` is later, so that not all who were refused come back at once.
 * @param accept what the request accepts.
 */
export function refusalReply({ reason, violated, retryAfterMs }: Refusal, jitter: number, accept?: string): Reply {
  const retryAfter = retryAfterMs === undefined ? undefined : retryAfterSeconds(retryAfterMs, jitter)
  const members = reason === 'unavailable' ? undefined : { 'violated-policies': violated }
  const reply = problemReply({ members, retryAfter, ...PROBLEMS[reason] })
  return wantsPage(accept) ? pageOf(reply, retryAfter) : reply
}

const TYPES = 'https://iana.org/assignments/http-problem-types#'
const EXCEEDED: Problem = {
  status: 429,
  type: `${TYPES}quota-exceeded`,
  title: 'Request cannot be satisfied as assigned quota has been exceeded',
  code: 'QUOTA_EXCEEDED',
}

const PROBLEMS: Readonly<Record<Refusal['reason'], Problem>> = {
  quota: EXCEEDED,
  unsatisfiable: { ...EXCEEDED, detail: 'the request asks for more than the quota ever has' },
  blocked: {
    status: 429,
    type: `${TYPES}abnormal-usage-detected`,
    title: 'Request not satisfied due to detection of abnormal request pattern',
    code: 'BLOCKED',
  },
  unavailable: {
    status: 503,
    type: `${TYPES}temporary-reduced-capacity`,
    title: 'Request cannot be satisfied due to temporary server capacity constraints',
    code: 'LIMITER_UNAVAILABLE',
  },
}
