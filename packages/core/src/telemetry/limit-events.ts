/** What limits tell about themselves. Keys are the caller's own. */
export type LimitEvent =
  /** A check was refused. */
  | (OfPolicy & {
      readonly type: 'limit.denied'
      readonly reason: 'quota' | 'blocked' | 'unsatisfiable' | 'unavailable'
      readonly mode: string
      readonly retryAfterMs: number | undefined
    })
  /** A check would have been refused, had its policy not been a shadow. */
  | (OfPolicy & { readonly type: 'limit.shadow-denied' })
  /** A check passed with the limit nearly reached. */
  | (OfPolicy & { readonly type: 'limit.near'; readonly remaining: number; readonly limit: number })
  /** A key was blocked: by a policy, or by the application, whose `policy` is undefined then. */
  | {
      readonly type: 'limit.blocked'
      readonly key: string
      readonly policy: string | undefined
      readonly reason: string
      readonly milliseconds: number
      readonly times: number
    }
  /** What was taken of a key was forgotten, or its block was ended. */
  | {
      readonly type: 'limit.reset'
      readonly key: string
      readonly what: 'limits' | 'block'
      readonly policies: readonly string[]
    }
  /** A permit ran out while it was held: what it was for should end. */
  | (OfPolicy & { readonly type: 'limit.permit-lost' })
  /** The backend does not answer, and checks are decided without it: told once, until it answers again. */
  | { readonly type: 'limit.fallback'; readonly code: string }
  /** The backend answers checks again. */
  | { readonly type: 'limit.recovered'; readonly milliseconds: number; readonly reported: number }

interface OfPolicy {
  readonly policy: string
  readonly key: string
}
