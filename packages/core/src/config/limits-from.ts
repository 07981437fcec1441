import type { LimitPolicy } from '../rate-limit/policy.ts'
import { slidingWindow } from '../rate-limit/windows.ts'
import type { Config } from './config.ts'

/**
 * The limits of a configuration as policies: never more than `limit` in any `window`.
 *
 * ```ts
 * const config = configFromEnv()
 * const { limiter } = createRedstart({ ...config.redstart, policies: limitsFrom(config.limits) })
 * await limiter.check('api', { key: user.id })
 * ```
 */
export function limitsFrom<Name extends string>(
  limits: Readonly<Record<Name, Config['limits'][string]>>,
): Readonly<Record<Name, LimitPolicy>> {
  const made = Object.entries<Config['limits'][string]>(limits).map(([name, { limit, window }]) => [
    name,
    slidingWindow({ limit, window, strict: true }),
  ])
  // The names are those that were given; fromEntries cannot say so.
  return Object.fromEntries(made) as Record<Name, LimitPolicy>
}
