import { wallTime } from '../../clock.ts'
import { type FieldItem, type FieldValue, parseItems } from './parse-items.ts'

/** What a server tells of one quota; whatever it does not tell is undefined. */
export interface ToldQuota {
  /** The name of the policy, from draft 8 on. */
  readonly name: string | undefined
  readonly limit: number | undefined
  readonly remaining: number | undefined
  /** Until there is more of it. */
  readonly resetAfterMs: number | undefined
  /** In which all of it comes back. */
  readonly windowMs: number | undefined
  /** As it was sent, in base64: who has the same shares the quota. */
  readonly partitionKey: string | undefined
  /** What is counted: `requests`, `content-bytes`, ... */
  readonly unit: string
}

export interface ToldRateLimit {
  /** Of the newest generation of headers that there is. */
  readonly quotas: readonly ToldQuota[]
  /** What `Retry-After` says. */
  readonly retryAfterMs: number | undefined
}

/** The headers of an answer: those of `fetch`, of Node.js, or any object of them, in any case. */
export type AnswerHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | number | readonly string[] | undefined>>

/**
 * Reads what an answer tells of rate limits: `RateLimit` and `RateLimit-Policy` of drafts 7 to 11 of
 * draft-ietf-httpapi-ratelimit-headers, `RateLimit-Limit` and its like of drafts 3 to 6, `X-RateLimit-*` and
 * `X-Rate-Limit-*`, whose reset may be a number of seconds, an instant or a date; and `Retry-After` in seconds or as a date.
 * What is malformed is as though it had not been sent, and of an answer from a cache no quota counts. Throws nothing.
 *
 * @param now milliseconds since 1970, for dates where the answer has no `Date` of its own. @default the wall clock
 */
export function parseRateLimit(headers: AnswerHeaders, now: number = wallTime()): ToldRateLimit {
  const get = reading(headers)
  const told = get('date')
  const sent = told === undefined ? Number.NaN : Date.parse(told)
  const at = Number.isNaN(sent) ? now : sent
  const age = numberIn(get('age')) ?? 0
  const retryAfterMs = retryAfter(get('retry-after'), at)
  return {
    quotas: age > 0 ? [] : quotasIn(get, at),
    retryAfterMs: retryAfterMs === undefined ? undefined : Math.max(0, retryAfterMs - 1000 * age),
  }
}

type Get = (name: string) => string | undefined

function reading(headers: AnswerHeaders): Get {
  if (isGetter(headers)) return (name) => headers.get(name) ?? undefined
  const known = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return (name) => {
    const value = known.get(name)
    return value === undefined ? undefined : Array.isArray(value) ? value.join(', ') : String(value)
  }
}

function isGetter(headers: AnswerHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function'
}

function quotasIn(get: Get, at: number): readonly ToldQuota[] {
  const limits = itemsOf(get('ratelimit'))
  const policies = itemsOf(get('ratelimit-policy'))
  for (const quotas of [
    named(limits, policies),
    assigned(limits, policies),
    apart(get, 'ratelimit-', at, policies),
    apart(get, 'x-ratelimit-', at, []),
    apart(get, 'x-rate-limit-', at, []),
  ])
    if (quotas.length > 0) return quotas
  return []
}

function itemsOf(field: string | undefined): readonly FieldItem[] {
  return (field === undefined ? undefined : parseItems(field)) ?? []
}

/** Drafts 8 to 11: the items of both fields belong together by name and partition. */
function named(limits: readonly FieldItem[], policies: readonly FieldItem[]): readonly ToldQuota[] {
  const quotas = new Map<string, ToldQuota>()
  for (const item of [...policies, ...limits]) {
    const name = textOf(item.value)
    if (name === undefined || item.assigned !== undefined) continue
    const { parameters } = item
    const partitionKey = textOf(parameters.get('pk'))
    const before = quotas.get(`${partitionKey}\n${name}`)
    quotas.set(`${partitionKey}\n${name}`, {
      name,
      partitionKey,
      limit: numberOf(parameters.get('q')) ?? before?.limit,
      // An early text of draft 11 called it a.
      remaining: numberOf(parameters.get('r') ?? parameters.get('a')) ?? before?.remaining,
      resetAfterMs: inMs(numberOf(parameters.get('t'))) ?? before?.resetAfterMs,
      windowMs: inMs(numberOf(parameters.get('w'))) ?? before?.windowMs,
      unit: textOf(parameters.get('qu')) ?? before?.unit ?? 'requests',
    })
  }
  return [...quotas.values()]
}

/** Draft 7: `limit=100, remaining=50, reset=30`. */
function assigned(limits: readonly FieldItem[], policies: readonly FieldItem[]): readonly ToldQuota[] {
  const values = new Map(limits.map(({ value, assigned: given }) => [textOf(value)?.toLowerCase(), numberOf(given)]))
  const [limit, remaining, reset] = [values.get('limit'), values.get('remaining'), values.get('reset')]
  if (limit === undefined && remaining === undefined) return []
  return [unnamed({ limit, remaining, resetAfterMs: inMs(reset), windowMs: windowOf(limit, policies) })]
}

/** A header for each number. */
function apart(get: Get, prefix: string, at: number, policies: readonly FieldItem[]): readonly ToldQuota[] {
  // Draft 3 lists the policies behind the limit.
  const listed = itemsOf(get(`${prefix}limit`))
  const limit = numberOf(listed[0]?.value)
  const remaining = numberIn(get(`${prefix}remaining`))
  if (limit === undefined && remaining === undefined) return []
  const resetAfterMs = inMs(numberIn(get(`${prefix}reset-after`))) ?? resetOf(get(`${prefix}reset`), at)
  return [unnamed({ limit, remaining, resetAfterMs, windowMs: windowOf(limit, [...policies, ...listed]) })]
}

function unnamed(told: Pick<ToldQuota, 'limit' | 'remaining' | 'resetAfterMs' | 'windowMs'>): ToldQuota {
  return { name: undefined, partitionKey: undefined, unit: 'requests', ...told }
}

/** Of the policy with that limit: `100;w=60`. */
function windowOf(limit: number | undefined, policies: readonly FieldItem[]): number | undefined {
  const own = policies.find(({ value, parameters }) => numberOf(value) === limit && parameters.has('w'))
  return inMs(numberOf(own?.parameters.get('w')))
}

/** Seconds; or when, since 1970 in seconds or milliseconds; or a date. */
function resetOf(text: string | undefined, at: number): number | undefined {
  const number = numberIn(text)
  if (number === undefined) return dateAfter(text, at)
  if (number < 1e9) return inMs(number)
  return Math.max(0, (number < 1e12 ? 1000 * number : number) - at)
}

function retryAfter(text: string | undefined, at: number): number | undefined {
  return inMs(numberIn(text)) ?? dateAfter(text, at)
}

function dateAfter(text: string | undefined, at: number): number | undefined {
  // Without a letter of a day, a month or a zone, Date.parse takes anything for a year.
  const date = text === undefined || !/[A-Za-z]/.test(text) ? Number.NaN : Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - at)
}

function numberIn(text: string | undefined): number | undefined {
  const [first] = itemsOf(text)
  return first === undefined ? undefined : numberOf(first.value)
}

function numberOf(value: FieldValue | undefined): number | undefined {
  return value?.kind === 'number' && value.number >= 0 ? value.number : undefined
}

function textOf(value: FieldValue | undefined): string | undefined {
  return value === undefined || value.kind === 'number' || value.kind === 'flag' ? undefined : value.text
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.ceil(1000 * seconds)
}
