import { OutgoingMessage, type ServerResponse } from 'node:http'

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
  answer(response, 'headersSent', () => held.isHeld)
  answer(response, 'writableEnded', () => held.isEnded)
  for (const name of ['setHeader', 'appendHeader', 'removeHeader'] as const) {
    const allowed: unknown = response[name]
    const value = (...given: unknown[]): unknown => {
      if (held.isHeld && !held.isGiving) throw headersSent(name === 'removeHeader' ? 'remove' : 'set')
      return typeof allowed === 'function' ? Reflect.apply(allowed, response, given) : undefined
    }
    Object.defineProperty(response, name, { configurable: true, writable: true, value })
  }
}

/** What Node.js throws for a head that has left. */
export function headersSent(verb: 'write' | 'set' | 'remove'): Error {
  return Object.assign(new Error(`Cannot ${verb} headers after they are sent to the client`), {
    code: 'ERR_HTTP_HEADERS_SENT',
  })
}

/** Says yes where it is so, and else what was said before: by Node.js, or by another hold. */
function answer(response: ServerResponse, name: 'headersSent' | 'writableEnded', isSo: () => boolean): void {
  const own = Object.getOwnPropertyDescriptor(response, name)?.get
  const before = (): unknown =>
    own === undefined ? Reflect.get(OutgoingMessage.prototype, name, response) : own.call(response)
  Object.defineProperty(response, name, { configurable: true, get: () => isSo() || before() })
}
