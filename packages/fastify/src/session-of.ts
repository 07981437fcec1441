import type { Session } from '@redstart/core'
import { loadSessionOn, sessionOn } from '@redstart/core/http'
import type { FastifyRequest } from 'fastify'

/**
 * The session of a request, typed by hand: for who does not want to extend `SessionFields`.
 *
 * @param as the property, where `session` was given another one.
 * @throws TypeError without the plugin, after `destroy()`, on a route with `session: false`, and where it is loaded lazily.
 */
export function sessionOf<Data extends object>(request: FastifyRequest, as: string = 'session'): Session<Data> {
  return sessionOn({ object: request, called: 'the request', as })
}

/**
 * The session of a request, loaded now with `load: 'lazy'`; typed by hand.
 *
 * @param as the property, where `session` was given another one.
 * @throws TypeError without the plugin, after `destroy()` and on a route with `session: false`; RedstartError what the
 *   store rejects with.
 */
export function loadSession<Data extends object & { readonly then?: never }>(
  request: FastifyRequest,
  as: string = 'session',
): Promise<Session<Data>> {
  return loadSessionOn({ object: request, called: 'the request', as })
}
