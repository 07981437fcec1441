import type { Backend, StoreContext } from './backend.ts'
import { checkObject, RedstartError } from './errors.ts'
import { Adjusting } from './rate-limit/adjusting.ts'
import { Asking } from './rate-limit/asking.ts'
import { Checking } from './rate-limit/checking.ts'
import { createLimiter, type LimiterParts } from './rate-limit/create-limiter.ts'
import { Fallback } from './rate-limit/fallback.ts'
import { Flights } from './rate-limit/flights.ts'
import { Holders } from './rate-limit/holding.ts'
import type { Limiter } from './rate-limit/limiter.ts'
import type { Policies } from './rate-limit/policy.ts'
import { Presence } from './rate-limit/presence.ts'
import { Roster } from './rate-limit/roster.ts'
import { type LimitsOptions, resolveLimits } from './rate-limit/settings.ts'
import { Statistics } from './rate-limit/stats.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** What limits are composed of. */
export interface LimitsComposedOf<P extends Policies> {
  readonly backend: Backend
  readonly context: StoreContext
  readonly telemetry: Telemetry
  readonly policies: P
  readonly options: LimitsOptions
  /** Milliseconds. */
  readonly deadline: number
}

/** A limiter, and how to end what it holds open. */
export interface ComposedLimits<P extends Policies> {
  readonly limiter: Limiter<P>
  close(): Promise<void>
}

/**
 * Puts a limiter together. Policies and options are checked now; the store is opened at their first use.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what is not allowed, `UNSUPPORTED` where there are policies and the backend
 *   limits nothing.
 */
export function composeLimits<P extends Policies>(parts: LimitsComposedOf<P>): ComposedLimits<P> {
  const { backend, policies } = parts
  checkObject('policies', policies)
  const settings = resolveLimits(parts.options, parts.deadline)
  let presence: Presence | undefined
  const instances = (): number => settings.instances ?? presence?.count ?? 1
  const roster = new Roster(policies, settings, instances)
  if (roster.all.length > 0 && backend.limits === undefined)
    throw new RedstartError('UNSUPPORTED', `The backend ${backend.name} limits nothing; use redis() or memory()`)
  let opened: LimiterParts | undefined
  let closed = false
  const open = (): LimiterParts => {
    if (closed) throw new RedstartError('CLOSED', 'The instance was closed; create a new one')
    if (opened !== undefined) return opened
    const { context, telemetry } = parts
    const { clock } = context
    const store = backend.limits?.(context)
    if (store === undefined) throw new RedstartError('UNSUPPORTED', `The backend ${backend.name} limits nothing`)
    const counts = settings.instances === undefined && roster.all.some(({ policy }) => policy.onFailure === 'local')
    presence = counts ? new Presence(store, clock, settings.deadline) : undefined
    const statistics = new Statistics()
    const fallback = new Fallback({ clock, telemetry, settings, instances })
    const asking = new Asking({ store, clock, telemetry, settings, fallback, presence, statistics })
    const flights = new Flights(asking, clock, settings.deadline)
    const common = { store, roster, clock, settings, telemetry, fallback, statistics }
    opened = {
      ...common,
      checking: new Checking({ ...common, asking, flights }),
      adjusting: new Adjusting(common),
      holders: new Holders(common),
    }
    return opened
  }
  return {
    limiter: createLimiter(policies, open),
    async close() {
      closed = true
      if (opened === undefined) return
      await presence?.end()
      await opened.store.close()
    },
  }
}
