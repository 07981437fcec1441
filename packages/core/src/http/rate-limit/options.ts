import type { Denial } from '../../rate-limit/decision.ts'
import type { CheckOptions, LimitKey, PolicyName } from '../../rate-limit/limiter.ts'
import type { Policies } from '../../rate-limit/policy.ts'
import type { Network } from '../address/address-set.ts'
import type { AddressModel } from '../address/client-address.ts'
import type { NetworkBits } from '../address/client-network.ts'
import type { Reply } from '../exchange.ts'
import type { HeaderFormat, LegacyReset } from './quota-headers.ts'

/** Now, or when that is known. */
export type Sooner<T> = T | Promise<T>

/** How a request ended. */
export interface RequestOutcome {
  readonly status: number
  /** The client went, or the handler failed, before all of the answer had left. */
  readonly aborted: boolean
}

/**
 * What limits which requests, by whom.
 *
 * @typeParam Context what the framework gives handlers: a request, a context.
 */
export interface RateLimitRule<P extends Policies, Context> {
  /** The names of policies that were given to `createRedstart`; all of them have to pass, or nothing is taken of any. */
  readonly policies: PolicyName<P> | readonly PolicyName<P>[]
  /**
   * The requests: `'POST /orders'`, `'GET|PUT /orders/:id'`, `'/api/*'`; of a list, any. The path is that of the URL as the
   * client sent it, wherever a router is mounted. @default all
   */
  readonly match?: string | readonly string[]
  /**
   * Who is limited: a user's id, a token. For whom it gives undefined or null the rule does not count.
   *
   * @default the network of the client's address, which needs `clientAddress`
   */
  readonly key?: (context: Context) => Sooner<LimitKey | undefined | null>
  /** What a request takes, a whole number. @default 1 */
  readonly cost?: number | ((context: Context) => Sooner<number>)
  /** Other policies under the names of some of these, for this caller: of another plan. @default none */
  readonly plan?: (context: Context) => Sooner<CheckOptions<P>['policies']>
  /** Requests for which the rule does not count. @default none */
  readonly skip?: (context: Context) => Sooner<boolean>
  /**
   * Which requests get back what they took, when their end is known: `'success'` for those answered with a status below 400,
   * so that only failed log-ins count; `'failure'` for those answered with another or broken off; or a function.
   *
   * @default none
   */
  readonly refund?: 'success' | 'failure' | ((outcome: RequestOutcome) => boolean)
}

/** How requests are limited, whatever the rule. */
export interface LimitingOptions<P extends Policies, Context> {
  /** How the client's address is found: there is no default, see {@link AddressModel}. @default none */
  readonly clientAddress?: AddressModel
  /** How many bits of an address tell clients apart. @default 32 of IPv4, 56 of IPv6 */
  readonly network?: Partial<NetworkBits>
  /** Who is never limited, by the address: `['10.0.0.0/8']`. @default nobody */
  readonly allow?: readonly Network[]
  /**
   * The headers that tell of quotas; one of the drafts, `legacy` or both, or none.
   *
   * @default 'draft-8'
   */
  readonly headers?: HeaderFormat | readonly HeaderFormat[] | false
  /** What `X-RateLimit-Reset` of `legacy` says. @default 'seconds' */
  readonly legacyReset?: LegacyReset
  /**
   * A secret, of at least 16 characters: headers tell by it, in `pk`, which requests share a quota, and nobody can tell whose
   * it is. @default none is told
   */
  readonly partitionKey?: string
  /** Lets scripts of other origins read the headers, where a request comes from one: `Access-Control-Expose-Headers`. @default true */
  readonly expose?: boolean
  /** Up to which share `Retry-After` is later, 0 to 1, so that not all who were refused come back at once. @default 0.1 */
  readonly jitter?: number
  /**
   * The answer to who is refused; the headers are added.
   * @default problem+json, or a page for a browser that asks for one, with 429, or 503 where the limiter is away
   */
  readonly refuse?: (denial: Denial<PolicyName<P>>, context: Context) => Sooner<Reply>
}

/** One rule, or several: all that match have to pass, or nothing is taken of any. */
export type RateLimitOptions<P extends Policies, Context> = LimitingOptions<P, Context> &
  (
    | (RateLimitRule<P, Context> & { readonly rules?: undefined })
    | ({ readonly rules: readonly RateLimitRule<P, Context>[] } & {
        readonly [Member in keyof RateLimitRule<P, Context>]?: undefined
      })
  )
