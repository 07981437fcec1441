import type { HttpExchange, HttpPolicy, Reply, ResponseHead, Settlement } from '@redstart/core/http'
import type { Request } from 'express'
import { after } from './after.ts'

/** A policy and where its state goes; made by {@link usePolicy}. */
export interface PolicyUse {
  decide(exchange: HttpExchange, request: Request): Decided | Promise<Decided>
}

/** `settle` is what is left to do for this request. */
export type Decided = { readonly reply: Reply } | { readonly reply?: undefined; readonly settle: Settle | undefined }

export type Settle = (head: ResponseHead) => Settlement | Promise<Settlement>

/**
 * A policy for {@link runPolicies}.
 *
 * @param expose puts the state where handlers find it: `(request, session) => { request.session = session }`.
 */
export function usePolicy<State>(
  policy: HttpPolicy<State>,
  expose: (request: Request, state: State) => void = () => {},
): PolicyUse {
  return {
    decide: (exchange, request) =>
      after(policy.decide(exchange), (decision) => {
        if (decision.type === 'reply') return { reply: decision.reply }
        const { state } = decision
        expose(request, state)
        return { settle: policy.settle && ((head) => policy.settle?.(exchange, state, head)) }
      }),
  }
}
