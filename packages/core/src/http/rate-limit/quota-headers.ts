import { invalidArgument } from '../../errors.ts'
import type { HeaderList } from '../exchange.ts'
import { type Quota, tightestOf } from './quota.ts'
import { sfInteger, sfSeconds, sfString } from './structured-field.ts'

/**
 * The generations of headers that tell quotas. Of draft-ietf-httpapi-ratelimit-headers, 8 to 11 are the same on the wire,
 * and tell of all policies of a check; the others tell of the one that a client has to mind.
 */
export type HeaderFormat = 'draft-8' | 'draft-7' | 'draft-6' | 'legacy'

/** What `X-RateLimit-Reset` says: in how many seconds, as Fastify's limiter does, or when, as Express's and GitHub do. */
export type LegacyReset = 'seconds' | 'unix'

/** What goes with the quotas of one answer. */
export interface Telling {
  /** In base64, for `pk`. */
  readonly partitionKey?: string | undefined
  /** The answer is a refusal. */
  readonly limited?: boolean
}

/** Writes the headers of one format. */
export interface QuotaHeaders {
  /** In the spelling that they are sent in. */
  readonly names: readonly string[]
  /** Several middlewares may add theirs, since the fields are lists; otherwise the last one stands. */
  readonly areLists: boolean
  /** Nothing for no quota. */
  of(quotas: readonly Quota[], telling: Telling): HeaderList
}

/**
 * What writes the headers of a format.
 *
 * @param options what `legacy` says of the reset, and the seconds since 1970 of that.
 * @throws RedstartError `INVALID_ARGUMENT` for a format that there is not.
 */
export function quotaHeaders(
  format: HeaderFormat,
  { legacyReset, unixSeconds }: { readonly legacyReset: LegacyReset; readonly unixSeconds: () => number },
): QuotaHeaders {
  switch (format) {
    case 'draft-8':
      return draft8()
    case 'draft-7':
      return draft7()
    case 'draft-6':
      return apart(['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'], resetSeconds, true)
    case 'legacy': {
      const reset: Reset = legacyReset === 'unix' ? (...of) => unixSeconds() + resetSeconds(...of) : resetSeconds
      return apart(['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'], reset, false)
    }
    default:
      throw invalidArgument('a format of headers', format, "'draft-8', 'draft-7', 'draft-6' or 'legacy'")
  }
}

function draft8(): QuotaHeaders {
  const known = new Map<string, DescribedPolicy>()
  const describe = (quota: Quota): DescribedPolicy => {
    const before = known.get(quota.name)
    if (before?.limit === quota.limit && before.windowMs === quota.windowMs && before.unit === quota.unit) return before
    const described = describePolicy(quota)
    known.set(quota.name, described)
    return described
  }
  return {
    names: ['RateLimit-Policy', 'RateLimit'],
    areLists: true,
    of: (quotas, { partitionKey }) => {
      if (quotas.length === 0) return []
      const pk = partitionKey === undefined ? '' : `;pk=:${partitionKey}:`
      let [policies, limits] = ['', '']
      for (const quota of quotas) {
        const { label, item } = describe(quota)
        const comma = policies === '' ? '' : ', '
        policies += comma + item + pk
        limits += `${comma}${label};r=${sfInteger(quota.remaining)}${nextOf(quota)}${pk}`
      }
      return [
        ['RateLimit-Policy', policies],
        ['RateLimit', limits],
      ]
    },
  }
}

/** What is told of a policy with each answer: the same as long as it is. */
interface DescribedPolicy extends Pick<Quota, 'limit' | 'windowMs' | 'unit'> {
  readonly label: string
  readonly item: string
}

function describePolicy({ name, limit, windowMs, unit }: Quota): DescribedPolicy {
  const label = sfString('the name of a policy', name)
  const qu = unit === 'requests' ? '' : `;qu="${unit}"`
  const w = windowMs === undefined ? '' : `;w=${windowSeconds(windowMs)}`
  return { limit, windowMs, unit, label, item: `${label};q=${sfInteger(limit)}${qu}${w}` }
}

function nextOf({ nextAfterMs }: Quota): string {
  return nextAfterMs > 0 ? `;t=${sfSeconds(nextAfterMs)}` : ''
}

function draft7(): QuotaHeaders {
  return {
    names: ['RateLimit-Policy', 'RateLimit'],
    areLists: false,
    of: (quotas, telling) => {
      const quota = tightestOf(quotas)
      if (quota === undefined) return []
      const [limit, remaining] = [sfInteger(quota.limit), sfInteger(quota.remaining)]
      return [
        ['RateLimit-Policy', unnamedPolicies(quotas)],
        ['RateLimit', `limit=${limit}, remaining=${remaining}, reset=${sfInteger(resetSeconds(quota, telling))}`],
      ]
    },
  }
}

type Reset = (quota: Quota, telling: Telling) => number

/** A header for each number: draft 6, and what there was before. */
function apart(names: readonly [string, string, string], reset: Reset, tellsPolicies: boolean): QuotaHeaders {
  return {
    names: tellsPolicies ? ['RateLimit-Policy', ...names] : names,
    areLists: false,
    of: (quotas, telling) => {
      const quota = tightestOf(quotas)
      if (quota === undefined) return []
      return [
        ...(tellsPolicies ? [['RateLimit-Policy', unnamedPolicies(quotas)] as const] : []),
        [names[0], sfInteger(quota.limit)],
        [names[1], sfInteger(quota.remaining)],
        [names[2], sfInteger(reset(quota, telling))],
      ]
    },
  }
}

function unnamedPolicies(quotas: readonly Quota[]): string {
  return quotas
    .map(({ limit, windowMs }) => `${sfInteger(limit)}${windowMs === undefined ? '' : `;w=${windowSeconds(windowMs)}`}`)
    .join(', ')
}

/** None is no window at all. */
function windowSeconds(ms: number): string {
  return sfSeconds(Math.max(1, ms))
}

/**
 * When all of the quota is there; where nothing is left, when there is more: no later than `Retry-After` says, which the
 * drafts ask for.
 */
function resetSeconds({ remaining, nextAfterMs, resetAfterMs }: Quota, { limited = false }: Telling): number {
  return Math.ceil((limited || remaining <= 0 ? nextAfterMs : resetAfterMs) / 1000)
}
