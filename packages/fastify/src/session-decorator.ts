import { RedstartError } from '@redstart/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * Decorates the requests of a scope with a property for a session: what {@link shownOn} has under that name, and undefined
 * where nothing was put there.
 *
 * @throws RedstartError `INVALID_ARGUMENT` where the scope has a property of that name.
 */
export function decorateSession(fastify: FastifyInstance, as: string): void {
  if (fastify.hasRequestDecorator(as))
    throw new RedstartError(
      'INVALID_ARGUMENT',
      `request.${as} is there already, from this scope or one around it, for which it holds as well: take one of the two registrations away, or give another name with as`,
    )
  if (!fastify.hasRequestDecorator(SHOWN)) fastify.decorateRequest(SHOWN, null)
  fastify.decorateRequest(as, {
    getter(this: FastifyRequest): unknown {
      const shown = this[SHOWN]
      return shown === null ? undefined : Reflect.get(shown, as)
    },
    setter(this: FastifyRequest, value: unknown): void {
      const shown = this[SHOWN]
      if (shown !== null && as in shown) Reflect.set(shown, as, value)
      else if (value !== null && value !== undefined)
        throw new RedstartError('INVALID_ARGUMENT', `request.${as} is not set by hand: this route has no sessions`)
    },
  })
}

/** What the sessions of a request are put on: a decorated property is the same for all requests of a scope. */
export function shownOn(request: FastifyRequest): object {
  return (request[SHOWN] ??= {})
}

const SHOWN: unique symbol = Symbol('sessions')

declare module 'fastify' {
  interface FastifyRequest {
    [SHOWN]: object | null
  }
}
