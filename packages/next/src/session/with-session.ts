import type { Session, Sessions } from '@redstart/core'
import { sessionPolicy, SessionProperty, usePolicy } from '@redstart/core/http'
import { workAsyncStorage } from '#next/work-storage'
import type { WrappedRoute } from '../route/route-handler.ts'
import { runRoute } from '../route/run-route.ts'
import { HOW_TO_TRUST, type Resolved } from './options.ts'
import { stateOf } from './states.ts'

/** What a route handler is given beside the parameters of its route; loaded lazily it is a function that loads it. */
export interface SessionContext<Data extends object, Load extends 'eager' | 'lazy' = 'eager'> {
  readonly session: Load extends 'lazy' ? () => Promise<Session<Data> | undefined> : Session<Data>
}

/** A route handler that has a session. */
export type SessionRoute<Data extends object, Load extends 'eager' | 'lazy', Context, Incoming> = (
  request: Incoming,
  context: Context & SessionContext<Data, Load>,
) => Response | Promise<Response>

/** Makes route handlers of handlers that want a session. */
export type WithSession<Data extends object, Load extends 'eager' | 'lazy'> = <
  Context extends object = object,
  Incoming extends Request = Request,
>(
  handler: SessionRoute<Data, Load, Context, Incoming>,
) => WrappedRoute<Incoming, Context>

/** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
export function withSessions<Data extends object, Load extends 'eager' | 'lazy'>(
  sessions: Sessions<Data>,
  { cookie, load, connection, onError }: Resolved,
): WithSession<Data, Load> {
  const property = new SessionProperty({ sessions, as: 'session', load, of: 'context' })
  const policy = sessionPolicy(sessions, { ...(cookie !== undefined && { cookie }), load, howToTrust: HOW_TO_TRUST })
  return <Context extends object, Incoming extends Request>(
    handler: SessionRoute<Data, Load, Context, Incoming>,
  ): WrappedRoute<Incoming, Context> => {
    return async function redstartSession(request, context) {
      // What has been put there is what the handler wants.
      const given = { ...context } as Context & SessionContext<Data, Load>
      if (property.isOn(context ?? given)) return await handler(request, context as typeof given)
      const use = usePolicy(policy, (_request: Incoming, state) => {
        state.onFailed = onError
        property.put(given, state)
        const work = workAsyncStorage.getStore()
        if (work !== undefined) stateOf(work, sessions).adopt(state)
      })
      const handled = async (served: Incoming): Promise<Response> => await handler(served, given)
      const whole = redstartSession
      return await runRoute({ request, context, uses: [use], handler: handled, whole, connection, failed: onError })
    }
  }
}
