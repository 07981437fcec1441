import { type Policies, RedstartError } from '@redstart/core'
import {
  type Decided,
  type LimiterSource,
  type LimitingOptions,
  limitRequests,
  rateLimitOf,
  type RateLimitRule,
  type Reply,
} from '@redstart/core/http'
import { CONNECTION_OPTIONS, connectionOf, type ConnectionOptions } from '../client-address/connection.ts'
import { statusOfSignal } from '../route/signals.ts'
import { type ActionCall, ActionExchange } from './action-exchange.ts'
import { limitUse } from './no-address.ts'

/** Who is limited, and by what; of a route's rules without `match`, since an action has no path of its own. */
export type ActionRule<P extends Policies, Args extends readonly unknown[]> = Omit<
  RateLimitRule<P, ActionCall<Args>>,
  'match'
>

/** How the calls of a server action are limited. */
export type LimitActionOptions<P extends Policies, Args extends readonly unknown[]> = Pick<
  LimitingOptions<P, ActionCall<Args>>,
  'clientAddress' | 'network' | 'allow' | 'jitter'
> &
  ConnectionOptions &
  (
    | (ActionRule<P, Args> & { readonly rules?: undefined })
    | ({ readonly rules: readonly ActionRule<P, Args>[] } & {
        readonly [Member in keyof ActionRule<P, Args>]?: undefined
      })
  )

/**
 * What a limited action resolves to: what the action did, or why it was not run. `rate_limited`: a quota is used up, or the
 * caller is kept out; `unavailable`: the limiter is away, and a policy refuses then. `retryAfter` is seconds; undefined where
 * waiting does not help.
 */
export type LimitedResult<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly error: 'rate_limited' | 'unavailable'
      readonly retryAfter: number | undefined
    }

/** A server action with a limit in front. */
export type LimitedAction<Args extends readonly unknown[], T> = (...args: Args) => Promise<LimitedResult<T>>

/**
 * Rate limits in front of a server action, which can set no status: what is refused is a value.
 *
 * ```ts
 * 'use server'
 * export const order = limitAction(
 *   redstart,
 *   { policies: 'orders', clientAddress: { hops: 1 } },
 *   async (form: FormData) => await placeOrder(form),
 * )
 * ```
 *
 * For whom a `key` gives undefined its rule does not count: give guests a rule of their own.
 *
 * What the action throws is thrown, `redirect()` among it. The policies are those of `createRedstart({ policies })`.
 *
 * @param from an instance, or its `limiter`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, a policy that there is not, and a rule that is
 *   there twice.
 */
export function limitAction<P extends Policies, Args extends readonly unknown[], T>(
  from: LimiterSource<P>,
  options: LimitActionOptions<NoInfer<P>, NoInfer<Args>>,
  action: (...args: Args) => T | Promise<T>,
): LimitedAction<Args, T> {
  checkOptions(options)
  const connection = connectionOf(options)
  // There is no answer of ours to write them to.
  const how = { ...options, headers: false } as const
  const use = limitUse(from, () => limitRequests<P, ActionCall<Args>>(from, how, CONNECTION_OPTIONS))
  return async function redstartAction(...args) {
    // Next.js has its environment made before anything of it may be loaded.
    const { headers } = await import('#next/headers')
    const sent = await headers()
    const call: ActionCall<Args> = { args, header: (name) => sent.get(name) ?? undefined }
    const decided = await use.decide(new ActionExchange(call, connection), call)
    if (decided.reply !== undefined) return refused(call, decided.reply)
    return { ok: true, value: await settled(decided, async () => await action(...args)) }
  }
}

/** What a route's limits have and an action has no use for: without types it would be disregarded in silence. */
function checkOptions(options: { readonly rules?: unknown }): void {
  const rules: readonly unknown[] = Array.isArray(options.rules) ? options.rules : []
  for (const given of [options, ...rules]) {
    const name = Object.keys(NOT_OF_ACTIONS).find((member) => Reflect.get(Object(given), member) !== undefined)
    if (name !== undefined)
      throw new RedstartError(
        'INVALID_ARGUMENT',
        `limitAction(): the option ${name} is not allowed; ${NOT_OF_ACTIONS[name]}`,
      )
  }
}

const WITHOUT_ANSWER = 'an action has no answer of its own that could have it; it resolves to what became of it'
const NOT_OF_ACTIONS: Readonly<Record<string, string>> = {
  match: 'an action has no path: what is limited is the action',
  refuse: WITHOUT_ANSWER,
  headers: WITHOUT_ANSWER,
  legacyReset: WITHOUT_ANSWER,
  partitionKey: WITHOUT_ANSWER,
  expose: WITHOUT_ANSWER,
}

function refused(call: ActionCall, { headers: told }: Reply): LimitedResult<never> {
  const decision = rateLimitOf(call)
  const isAway = decision?.allowed === false && decision.reason === 'unavailable'
  const after = told.find(([name]) => name === 'retry-after')?.[1]
  return {
    ok: false,
    error: isAway ? 'unavailable' : 'rate_limited',
    retryAfter: after === undefined ? undefined : Number(after),
  }
}

/** Runs the action, and gives back what is due by how it ended. */
async function settled<T>({ settle }: Extract<Decided, { reply?: undefined }>, run: () => Promise<T>): Promise<T> {
  if (settle === undefined) return await run()
  const end = async (status: number): Promise<void> => {
    const settlement = await settle({ status, headers: [], header: () => undefined })
    if (settlement?.type === 'capture') await settlement.capture.finish()
  }
  let value: T
  try {
    value = await run()
  } catch (error) {
    await end(statusOfSignal(error) ?? 500)
    throw error
  }
  await end(200)
  return value
}
