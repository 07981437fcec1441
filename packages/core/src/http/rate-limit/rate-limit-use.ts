import { checkFunction, checkMembers, checkObject, invalidArgument, RedstartError } from '../../errors.ts'
import { membersOf } from '../../members.ts'
import type { Decision, Denial } from '../../rate-limit/decision.ts'
import type { Limiter, PolicyName } from '../../rate-limit/limiter.ts'
import type { Policies } from '../../rate-limit/policy.ts'
import { after } from '../after.ts'
import type { Capture, HttpExchange, LeavingHead, Settlement } from '../exchange.ts'
import type { Decided, PolicyUse } from '../policy-use.ts'
import { LimitedClients } from './addresses.ts'
import { type Checked, Checks, type Refund } from './checks.ts'
import type { LimitingOptions, RateLimitOptions, RateLimitRule, Sooner } from './options.ts'
import { refusalReply } from './refusal.ts'
import { pathSegments } from './route-pattern.ts'
import { isFor, type LimitedRoute, readRules, type Rule, RULE_MEMBERS } from './rules.ts'
import { QuotaTelling } from './telling.ts'

/** What `rateLimit(...)` of an adapter is given. */
export type LimiterSource<P extends Policies> = Limiter<P> | { readonly limiter: Limiter<P> }

/**
 * Limits requests in front of a handler: who has used up a quota is answered 429 in its place, 503 where the limiter is away
 * and the policy is `closed`; all others are told what they have left. One check for all rules that match, in one trip.
 *
 * The same one twice in front of a handler counts once.
 *
 * @param from an instance, or its `limiter`.
 * @param others names of options that the adapter has for itself.
 * @param route where the framework asks for the requests of one route alone: a `match` that is for none of them is refused.
 * @returns what `runPolicies` of an adapter takes; it leaves an answer as it is unless something may have to be refunded.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, a policy that there is not, and a rule that can
 *   never match or is there twice.
 */
export function limitRequests<P extends Policies, Context extends object>(
  from: LimiterSource<P>,
  options: RateLimitOptions<NoInfer<P>, Context>,
  others: readonly string[] = [],
  route?: LimitedRoute,
): PolicyUse<Context> {
  checkObject('the options of rateLimit', options)
  checkMembers('the options of rateLimit', options, new Set([...MEMBERS, ...others]))
  const limiter = limiterFrom(from)
  const rules = readRules(rulesOf<P, Context>(options), limiter.policies, route)
  const { clientAddress, refuse, jitter = 0.1 } = options
  if (refuse !== undefined) checkFunction('refuse', refuse)
  if (!(jitter >= 0 && jitter <= 1)) throw invalidArgument('jitter', jitter, 'a share of 0 to 1')
  checkAddress(options, rules)
  const clients = clientAddress === undefined ? undefined : new LimitedClients(clientAddress, options)
  const hasAllowed = options.allow !== undefined
  const hasPatterns = rules.some(({ patterns }) => patterns !== undefined)
  const telling = new QuotaTelling(options)
  const checks = new Checks<P, Context>(limiter, clients)
  const seen = new WeakSet<Context>()
  return {
    decide(exchange, context) {
      if (seen.has(context)) return PASSED
      seen.add(context)
      const path = hasPatterns ? pathSegments(exchange.target) : []
      const applying = hasPatterns ? rules.filter((rule) => isFor(rule, exchange, path)) : rules
      if (applying.length === 0 || (hasAllowed && clients?.of(exchange).allowed === true)) return PASSED
      return after(checks.check(applying, exchange, context), (checked) => answer(exchange, context, checked))
    },
  }

  function answer(exchange: HttpExchange, context: Context, checked: Checked | undefined): Sooner<Decided> {
    if (checked === undefined) return PASSED
    const { decision, key, refunds } = checked
    decisions.set(context, decision)
    telling.tell(exchange, decision, key)
    if (!decision.allowed) return replyTo(decision, exchange, context)
    const passed: Decided =
      refunds.length === 0 ? PASSED : { settle: (head) => refundAtEnd(limiter, decision, refunds, head) }
    if (decision.delayMs === 0) return passed
    return new Promise((resolve) => void setTimeout(() => resolve(passed), decision.delayMs))
  }

  function replyTo(denial: Denial, exchange: HttpExchange, context: Context): Sooner<Decided> {
    if (refuse !== undefined)
      // Its policies are those of this limiter.
      return after(refuse(denial as Denial<PolicyName<P>>, context), (reply) => ({ reply }))
    const { reason, retryAfterMs } = denial
    const violated = violatedOf(denial)
    return { reply: refusalReply({ reason, retryAfterMs, violated }, jitter, exchange.header('accept')) }
  }
}

/**
 * What the limiter said of a request, for its handler.
 *
 * @param context what the framework gives handlers: a request, a context.
 * @returns undefined where no rule counted for it; of several middlewares what the last one said.
 */
export function rateLimitOf(context: object): Decision | undefined {
  return decisions.get(context)
}

const decisions = new WeakMap<object, Decision>()

const PASSED: Decided = { settle: undefined }

const LIMITING = membersOf<LimitingOptions<Policies, never>>({
  ...{ clientAddress: true, network: true, allow: true, headers: true, legacyReset: true, partitionKey: true },
  ...{ expose: true, jitter: true, refuse: true },
})
const MEMBERS: readonly string[] = [...LIMITING, ...RULE_MEMBERS, 'rules']

function limiterFrom<P extends Policies>(from: LimiterSource<P>): Limiter<P> {
  if (typeof from === 'object' && from !== null) {
    const limiter = 'limiter' in from ? from.limiter : from
    if (typeof limiter?.check === 'function') return limiter
  }
  throw new RedstartError('INVALID_ARGUMENT', 'rateLimit() takes what createRedstart() returns, or its limiter')
}

function rulesOf<P extends Policies, Context>(
  options: RateLimitOptions<P, Context>,
): readonly RateLimitRule<P, Context>[] {
  const { rules } = options
  if (rules === undefined) return [options]
  const beside = Object.keys(options).find((member) => RULE_MEMBERS.has(member))
  if (beside !== undefined)
    throw invalidArgument('an option of rateLimit beside rules', beside, 'in each of the rules that it is for')
  const given: unknown = rules
  if (!Array.isArray(given) || given.length === 0)
    throw invalidArgument('rules', rules, 'an array of rules, of one at least')
  for (const rule of rules) {
    checkObject('a rule of rateLimit', rule)
    checkMembers('a rule of rateLimit', rule, RULE_MEMBERS)
  }
  return rules
}

/** Nobody is limited by an address that is a guess, nor by one that nobody looks for. */
function checkAddress<P extends Policies, Context>(
  options: RateLimitOptions<P, Context>,
  rules: readonly Rule<Context>[],
): void {
  if (options.clientAddress !== undefined) return
  const needs = ['allow', 'network'].find((member) => member in options)
  const bare = rules.find(({ key }) => key === undefined)
  if (needs === undefined && bare === undefined) return
  throw new RedstartError(
    'INVALID_ARGUMENT',
    `${needs === undefined ? `the rule for ${bare?.names.join(', ')} has no key` : `${needs} is there without clientAddress`}: say who is limited with key, or how a client's address is found with clientAddress, such as { hops: 1 } behind one proxy`,
  )
}

function violatedOf({ policies, limitedBy }: Denial): readonly string[] {
  const violated = Object.keys(policies).filter((name) => policies[name]?.passed === false && !policies[name].shadow)
  return violated.length > 0 || limitedBy === undefined ? violated : [limitedBy]
}

/** The head is known; whether all of the body leaves is not, yet. */
function refundAtEnd(
  limiter: Pick<Limiter, 'refund'>,
  decision: Decision,
  refunds: readonly Refund[],
  { status }: LeavingHead,
): Settlement {
  const refundIf = (aborted: boolean): Promise<void> | undefined => {
    const due = refunds.filter(({ isDue }) => isDue({ status, aborted }))
    if (due.length === 0) return undefined
    const all = due.some(({ items }) => items === undefined)
    return limiter.refund(decision, all ? undefined : due.flatMap(({ items = [] }) => items)).catch(unlessClosed)
  }
  // Asked for before the answer leaves, so that a client that asks again at once comes after it.
  const refunding = refundIf(false)
  const capture: Capture = { finish: () => refunding, abort: () => refunding ?? refundIf(true) }
  return { type: 'capture', capture }
}

/** Requests may outlive the instance: what their handlers have done is answered, and what they took comes back by itself. */
function unlessClosed(error: unknown): void {
  if (!RedstartError.is(error) || error.code !== 'CLOSED') throw error
}
