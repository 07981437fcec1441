import type { Limiter, Policies, Redstart } from '@redstart/core'
import type { LimitingOptions, RateLimitRule } from '@redstart/core/http'
import type { HttpAnswer, StartedHttpApp } from '../http/adapter.ts'

/** An adapter of a web framework with rate limits, as the suite sees it. */
export interface LimitAdapter {
  /**
   * Makes the app in the framework, as its people would write it, with limits in front of all routes and of single ones, and
   * has it listen on 127.0.0.1. The status of an error is the answer's, 500 where it has none; errors are not written to the
   * console.
   */
  start(app: LimitApp): Promise<StartedHttpApp>
}

/** What an adapter makes an app of. */
export interface LimitApp {
  readonly redstart: Pick<Redstart, 'close'> & { readonly limiter: Limiter }
  /** What `rateLimit(redstart, options)` in front of all routes is given; undefined for none there. */
  readonly everywhere: LimitAppOptions | undefined
  /** The server that connects is a proxy to trust: what it says of the address in `X-Forwarded-For` counts. */
  readonly trustsProxy: boolean
  readonly routes: readonly LimitRoute[]
}

/** Rules whose keys are texts, so that no adapter has to translate functions. */
export interface LimitAppOptions extends LimitingOptions<Policies, unknown> {
  readonly rules: readonly LimitAppRule[]
}

export type LimitAppRule = Omit<RateLimitRule<Policies, unknown>, 'key' | 'cost' | 'plan' | 'skip'> & {
  /** The header of the request that has the key; undefined for the client's address. */
  readonly keyHeader?: string
}

/** GET routes answer HEAD as well. */
export interface LimitRoute {
  readonly method: 'GET' | 'POST'
  /** Without parameters. */
  readonly path: string
  /** What limits this route alone, by `rateLimit(redstart, ...)` in front of its handler, or its `config`. */
  readonly limit?: LimitAppOptions
  /** @param decided what `rateLimitOf` gives the handler, as far as it was allowed. */
  handle(decided: boolean | undefined): Promise<HttpAnswer>
}

/** A rule of the suite, in the framework's own: `headerOf` finds a header of a request. */
export function ruleFor<Context>(
  { keyHeader, ...rule }: LimitAppRule,
  headerOf: (context: Context, name: string) => string | undefined,
): RateLimitRule<Policies, Context> {
  return { ...rule, ...(keyHeader !== undefined && { key: (context: Context) => headerOf(context, keyHeader) }) }
}
