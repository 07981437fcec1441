import { checkFunction, invalidArgument, RedstartError } from '../../errors.ts'
import { membersOf } from '../../members.ts'
import { meantBy } from '../../misspelt.ts'
import type { CheckOptions, LimitKey } from '../../rate-limit/limiter.ts'
import type { Policies } from '../../rate-limit/policy.ts'
import type { HttpExchange } from '../exchange.ts'
import type { RateLimitRule, RequestOutcome, Sooner } from './options.ts'
import { canonical, matches, methodOf, overlap, parsePattern, type RoutePattern } from './route-pattern.ts'

/** A rule, checked and worked out. */
export interface Rule<Context> {
  readonly names: readonly string[]
  /** Undefined for all requests. */
  readonly patterns: readonly RoutePattern[] | undefined
  /** Undefined for the client's network. */
  readonly key: ((context: Context) => Sooner<LimitKey | undefined | null>) | undefined
  readonly cost: number | ((context: Context) => Sooner<number>)
  readonly plan: ((context: Context) => Sooner<CheckOptions['policies']>) | undefined
  readonly skip: ((context: Context) => Sooner<boolean>) | undefined
  readonly refunds: ((outcome: RequestOutcome) => boolean) | undefined
}

export const RULE_MEMBERS: ReadonlySet<string> = membersOf<RateLimitRule<Policies, never>>({
  ...{ policies: true, match: true, key: true, cost: true, plan: true, skip: true, refund: true },
})

/** The requests that a router has a route for. */
export interface LimitedRoute {
  readonly methods: readonly string[]
  /** As in a pattern of `match`. */
  readonly path: string
}

/**
 * Reads rules.
 *
 * @param route where they are asked for its requests alone.
 * @throws RedstartError `INVALID_ARGUMENT` for one that is none, that can never match, or that is there twice.
 */
export function readRules<P extends Policies, Context>(
  rules: readonly RateLimitRule<P, Context>[],
  policies: P,
  route?: LimitedRoute,
): readonly Rule<Context>[] {
  const read = rules.map((rule: RateLimitRule<P, Context>) => readRule(rule, policies))
  for (const [n, rule] of read.entries()) refuseTwice(rule, read.slice(0, n))
  if (route !== undefined) refuseElsewhere(rules, read, route)
  return read
}

/** True for a rule of this request. */
export function isFor<Context>(
  { patterns }: Rule<Context>,
  { method }: HttpExchange,
  path: readonly string[],
): boolean {
  return patterns === undefined || patterns.some((pattern) => matches(pattern, method, path))
}

function readRule<P extends Policies, Context>(rule: RateLimitRule<P, Context>, policies: P): Rule<Context> {
  const { match, key, cost = 1, plan, skip, refund } = rule
  const given = typeof match === 'string' ? [match] : match
  if (given !== undefined && (!Array.isArray(given) || given.length === 0))
    throw invalidArgument('match', match, 'a pattern, or an array of one at least: no request would match')
  for (const [name, value] of Object.entries({ key, plan, skip })) if (value !== undefined) checkFunction(name, value)
  if (typeof cost !== 'function' && !(Number.isInteger(cost) && cost >= 0))
    throw invalidArgument('cost', cost, 'a whole number of 0 or more, or a function')
  const names = typeof rule.policies === 'string' ? [rule.policies] : rule.policies
  if (!Array.isArray(names) || names.length === 0)
    throw invalidArgument('policies', rule.policies, 'the name of a policy, or an array of one at least')
  return {
    names: names.map((name: string) => checkName(name, policies, cost)),
    patterns: given?.map((pattern: string) => parsePattern(pattern)),
    ...{ key, cost, plan, skip },
    refunds: refundsOf(refund),
  }
}

/** Each of several patterns: one that is for another route was meant for that. */
function refuseElsewhere<P extends Policies, Context>(
  rules: readonly RateLimitRule<P, Context>[],
  read: readonly Rule<Context>[],
  { methods, path }: LimitedRoute,
): void {
  const own: RoutePattern = { ...parsePattern(path), methods: new Set(methods.map(methodOf)) }
  for (const [n, { patterns = [] }] of read.entries()) {
    const stray = patterns.findIndex((pattern) => !overlap(pattern, own))
    if (stray === -1) continue
    const given = [rules[n]?.match].flat()[stray]
    throw invalidArgument('match', given, `a pattern for requests of the route itself, ${methods.join('|')} ${path}`)
  }
}

function checkName(name: string, policies: Policies, cost: unknown): string {
  const policy = typeof name === 'string' && Object.hasOwn(policies, name) ? policies[name] : undefined
  if (policy === undefined) {
    const known = Object.keys(policies)
    const meant = typeof name === 'string' ? meantBy(name, known, 1) : undefined
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    throw invalidArgument(
      'a policy of rateLimit',
      name,
      `one of ${known.join(', ') || 'those given to createRedstart'}${hint}`,
    )
  }
  if (policy.algorithm === 'concurrency')
    throw invalidArgument(
      'a policy of rateLimit',
      name,
      'one that can be checked: permits are taken with limiter.acquire',
    )
  if (typeof cost === 'number' && cost > policy.limit)
    throw invalidArgument('cost', cost, `${policy.limit} at most, which is all that ${name} ever has`)
  return name
}

function refundsOf(refund: RateLimitRule<Policies, never>['refund']): Rule<never>['refunds'] {
  if (refund === undefined || typeof refund === 'function') return refund
  if (refund === 'success') return ({ status, aborted }) => status < 400 && !aborted
  if (refund === 'failure') return ({ status, aborted }) => status >= 400 || aborted
  throw invalidArgument('refund', refund, "'success', 'failure' or a function")
}

/** A check takes from each policy once, by one key. */
function refuseTwice<Context>(rule: Rule<Context>, before: readonly Rule<Context>[]): void {
  const twice = rule.names.find((name, n) => rule.names.indexOf(name) < n)
  if (twice !== undefined) throw thereTwice(twice, 'and the same key: leave one of them out')
  for (const other of before) {
    const shared = rule.names.find((name) => other.names.includes(name))
    if (shared === undefined || !meet(other.patterns, rule.patterns, overlap)) continue
    if (other.key !== rule.key)
      throw thereTwice(shared, 'by different keys: make another policy, under a name of its own, for one of them')
    if (meet(other.patterns, rule.patterns, (a, b) => canonical(a) === canonical(b)))
      throw thereTwice(shared, 'and the same key: leave one of them out')
  }
}

function thereTwice(policy: string, how: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `the policy ${JSON.stringify(policy)} is there twice for the same requests ${how}`,
  )
}

type Patterns = Rule<never>['patterns']

function meet(one: Patterns = ALL, other: Patterns = ALL, how: (a: RoutePattern, b: RoutePattern) => boolean): boolean {
  return one.some((a) => other.some((b) => how(a, b)))
}

const ALL: readonly RoutePattern[] = [parsePattern('*')]
