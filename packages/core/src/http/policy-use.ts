import type { HttpExchange, HttpPolicy, LeavingHead, Reply, Settlement } from './exchange.ts'
import { after, isPromise } from './after.ts'

/**
 * A policy and where its state goes; made by {@link usePolicy}.
 *
 * @typeParam Context what the framework gives handlers: a request, a context.
 */
export interface PolicyUse<Context> {
  decide(exchange: HttpExchange, context: Context): Decided | Promise<Decided>
}

/** `settle` is what is left to do for this request; whatever comes behind runs `within`. */
export type Decided =
  | { readonly reply: Reply }
  | { readonly reply?: undefined; readonly settle: Settle | undefined; readonly within?: Within | undefined }

export type Settle = (head: LeavingHead) => Settlement | Promise<Settlement>

/** Calls what comes behind, and returns what that does: what it leaves running belongs to it as well. */
export type Within = <T>(next: () => T) => T

/** What policies have said of one request. */
export interface Steps {
  readonly settles: Settle[]
  readonly within: Within[]
}

/** Calls what comes behind policies. */
export function enter<T>({ within }: Pick<Steps, 'within'>, next: () => T): T {
  return within.reduceRight<() => T>((inner, each) => () => each(inner), next)()
}

/**
 * A policy for `runPolicies` of an adapter.
 *
 * @param expose puts the state where handlers find it: `(request, session) => { request.session = session }`.
 */
export function usePolicy<State, Context>(
  policy: HttpPolicy<State>,
  expose: (context: Context, state: State) => void = () => {},
): PolicyUse<Context> {
  return {
    decide: (exchange, context) =>
      after(policy.decide(exchange), (decision) => {
        if (decision.type === 'reply') return { reply: decision.reply }
        const { state } = decision
        expose(context, state)
        return { settle: policy.settle && ((head) => policy.settle?.(exchange, state, head)) }
      }),
  }
}

/**
 * Asks policies in their order, until one of them has a reply.
 *
 * @param steps gets what is left to do as soon as it is known: also of policies before one that fails.
 */
export function decideAll<Context>(
  uses: readonly PolicyUse<Context>[],
  exchange: HttpExchange,
  context: Context,
  steps: Steps,
): Reply | undefined | Promise<Reply | undefined> {
  // Nothing is made for those that have nothing to wait for.
  for (const [n, use] of uses.entries()) {
    const decided = use.decide(exchange, context)
    if (isPromise(decided))
      return decided.then((later) => take(later, steps) ?? decideAll(uses.slice(n + 1), exchange, context, steps))
    const reply = take(decided, steps)
    if (reply !== undefined) return reply
  }
  return undefined
}

function take(decided: Decided, { settles, within }: Steps): Reply | undefined {
  if (decided.reply !== undefined) return decided.reply
  if (decided.settle !== undefined) settles.push(decided.settle)
  if (decided.within !== undefined) within.push(decided.within)
  return undefined
}
