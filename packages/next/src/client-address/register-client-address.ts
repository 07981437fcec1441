import type diagnosticsChannel from 'node:diagnostics_channel'
import type asyncHooks from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import { type Arrival, arrivalsOfProcess, setArrivals } from './arrivals.ts'

/**
 * Has this process remember who has connected for each request that it answers, so that limits can tell clients apart by
 * their address: Next.js itself tells routes, actions and the proxy nothing but `X-Forwarded-For`, which any client can write.
 *
 * ```ts
 * // instrumentation.ts
 * import { registerClientAddress } from '@redstart/next/http'
 *
 * export function register() {
 *   registerClientAddress()
 * }
 * ```
 *
 * Nothing of Next.js is changed, and no header is written: Node.js tells of each request that begins, and what is remembered
 * of it goes along with all that runs for it. A second call does nothing, nor does one at the edge, where there is no Node.js.
 *
 * @returns how to stop.
 */
export function registerClientAddress(): () => void {
  const modules = nodeModules()
  if (modules === undefined || arrivalsOfProcess() !== undefined) return () => {}
  const { channel, hooks } = modules
  const arrivals = new hooks.AsyncLocalStorage<Arrival>()
  setArrivals(arrivals)
  const remember = (message: unknown): void => {
    const arrival = arrivalOf(message)
    // Told before the server is: all that it runs for this request begins within what is entered here.
    if (arrival !== undefined) arrivals.enterWith(arrival)
  }
  channel.subscribe(STARTED, remember)
  return () => {
    channel.unsubscribe(STARTED, remember)
    if (arrivalsOfProcess() === arrivals) setArrivals(undefined)
  }
}

/** In Node.js since 16.18. */
const STARTED = 'http.server.request.start'

function arrivalOf(message: unknown): Arrival | undefined {
  // What Node.js tells on this channel.
  const { request } = message as { readonly request?: IncomingMessage }
  if (request === undefined) return undefined
  const { socket, headers } = request
  const proto = headers['x-forwarded-proto']
  return {
    ...{ peer: socket.remoteAddress, headers, proto: typeof proto === 'string' ? proto : proto?.join(', ') },
    encrypted: 'encrypted' in socket && socket.encrypted === true,
  }
}

/** Not imported: what is made for the edge has this file, too. */
function nodeModules(): { readonly channel: typeof diagnosticsChannel; readonly hooks: typeof asyncHooks } | undefined {
  const { process } = globalThis as Partial<typeof globalThis> // Edges have none, or a part of it.
  if (typeof process?.getBuiltinModule !== 'function') return undefined
  return {
    channel: process.getBuiltinModule('node:diagnostics_channel'),
    hooks: process.getBuiltinModule('node:async_hooks'),
  }
}
