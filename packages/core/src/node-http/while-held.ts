import type { ServerResponse } from 'node:http'

/** What a hold knows of its response. */
export interface Held {
  /** The handler has written, and nothing has left. */
  readonly isHeld: boolean
  /** The handler has called `end`. */
  readonly isEnded: boolean
  /** It is a policy that changes headers right now. */
  readonly isGiving: boolean
}

/**
 * Has a response behave towards its handler as though the head had left: `headersSent` and `writableEnded` say so, and
 * headers that come now are refused, since they would leave as well.
 */
export function behaveAsSent(response: ServerResponse, held: Held): void {
  const there = heldBy(response)
  if (there === undefined) behave(response, held)
  else there.holds.push(held)
  for (const name of ['setHeader', 'appendHeader', 'removeHeader'] as const) {
    const allowed: unknown = response[name]
    const value = (...given: unknown[]): unknown => {
      if (held.isHeld && !held.isGiving) throw tooLate(name === 'removeHeader' ? 'remove' : 'set')
      return typeof allowed === 'function' ? Reflect.apply(allowed, response, given) : undefined
    }
    Object.defineProperty(response, name, { configurable: true, writable: true, value })
  }
}

/** What Node.js throws for a head that has left. */
export function tooLate(verb: 'write' | 'set' | 'remove'): Error {
  return Object.assign(new Error(`Cannot ${verb} headers after they are sent to the client`), {
    code: 'ERR_HTTP_HEADERS_SENT',
  })
}

/** Where a response has what is known of its holds. */
const HOLDS: unique symbol = Symbol('holds')

interface HeldResponse {
  readonly [HOLDS]: Holds
}

interface Holds {
  readonly holds: Held[]
  /** What said it before: other middleware, or nobody but Node.js. */
  readonly headersSent: (() => unknown) | undefined
  readonly writableEnded: (() => unknown) | undefined
}

function heldBy(response: ServerResponse): Holds | undefined {
  return HOLDS in response ? (response as ServerResponse & HeldResponse)[HOLDS] : undefined // Nobody else has the symbol.
}

function behave(response: ServerResponse, held: Held): void {
  const holds: Holds = {
    holds: [held],
    headersSent: Object.getOwnPropertyDescriptor(response, 'headersSent')?.get,
    writableEnded: Object.getOwnPropertyDescriptor(response, 'writableEnded')?.get,
  }
  Object.defineProperty(response, HOLDS, { value: holds })
  Object.defineProperty(response, 'headersSent', HEADERS_SENT)
  Object.defineProperty(response, 'writableEnded', WRITABLE_ENDED)
}

/** The same for all responses: an accessor of its own makes of each an object that nothing is quick with. */
const HEADERS_SENT: PropertyDescriptor = {
  configurable: true,
  get(this: HeldResponse) {
    const { holds, headersSent } = this[HOLDS]
    return holds.some(({ isHeld }) => isHeld) || before(this, 'headersSent', headersSent)
  },
}

const WRITABLE_ENDED: PropertyDescriptor = {
  configurable: true,
  get(this: HeldResponse) {
    const { holds, writableEnded } = this[HOLDS]
    return holds.some(({ isEnded }) => isEnded) || before(this, 'writableEnded', writableEnded)
  },
}

function before(response: object, name: string, own: (() => unknown) | undefined): unknown {
  // Of HTTP/1 and HTTP/2 each has its own.
  return own === undefined ? Reflect.get(Object.getPrototypeOf(response), name, response) : own.call(response)
}
