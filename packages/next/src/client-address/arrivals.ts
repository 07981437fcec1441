import type { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'

/** A request as it came to the server of this process, before Next.js has seen it. */
export interface Arrival {
  /** The address of who has connected; undefined where the connection was gone by then, or is none of IP. */
  readonly peer: string | undefined
  /** The connection is one of TLS. */
  readonly encrypted: boolean
  /** `X-Forwarded-Proto` as it came; Next.js writes it itself where nobody has sent it. */
  readonly proto: string | undefined
  /** As they came, until Next.js adds to them: also those that it hides from the proxy. */
  readonly headers: Readonly<IncomingMessage['headers']>
}

/** Those that are being answered, each found by whatever runs for it. */
export type Arrivals = AsyncLocalStorage<Arrival>

/** Of the process, however often this module is evaluated in it: bundles have copies of it. */
const ARRIVALS = Symbol.for('@redstart/next/arrivals/1')

interface Holder {
  [ARRIVALS]?: Arrivals
}

/** Undefined before `registerClientAddress()` was called. */
export function arrivalsOfProcess(): Arrivals | undefined {
  return (globalThis as Holder)[ARRIVALS] // Nothing else has this symbol.
}

export function setArrivals(arrivals: Arrivals | undefined): void {
  const holder = globalThis as Holder // as above
  if (arrivals === undefined) delete holder[ARRIVALS]
  else holder[ARRIVALS] = arrivals
}

/** The request that is being answered here; undefined where that is not known. */
export function arrivalHere(): Arrival | undefined {
  return arrivalsOfProcess()?.getStore()
}
