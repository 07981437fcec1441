import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Nowhere } from '../nowhere.ts'

/** What applications ask of the connection of a request. */
export type SocketFacts = Readonly<Record<string, unknown>>

/** Reads them while the connection is there. */
export function socketFacts(socket: object): SocketFacts {
  return Object.fromEntries(
    [...FACTS, ...QUESTIONS].flatMap((name) => {
      const value = ask(socket, name)
      return value === undefined ? [] : [[name, typeof value === 'function' ? answering(socket, value) : value]]
    }),
  )
}

/** Anything that a connection says of itself; nothing where it is gone. */
export function ask(socket: object, name: string): unknown {
  try {
    return Reflect.get(socket, name)
  } catch {
    return undefined
  }
}

/** The socket of a request that came by no connection: nothing comes of it, and what is written to it is dropped. */
export function detachedSocket(duplex: typeof Duplex, facts: SocketFacts): Socket {
  const socket = new duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
  const nowhere = new Nowhere(socket.writableHighWaterMark, () => socket.emit('drain'))
  // An error is for who answers; a server of Node.js does not let one of a connection end the process either.
  socket.on('error', () => {})
  socket.once('finish', () => socket.destroy())
  const own = {
    // At once, and also while it is corked: nothing of what is written is kept.
    write: (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
      const written = rest.find((one) => typeof one === 'function')
      if (written !== undefined) process.nextTick(written)
      return nowhere.take(chunk.length)
    },
    ...Object.fromEntries(SETTINGS.map((name) => [name, () => socket])),
    ...facts,
  }
  for (const [name, value] of Object.entries(own)) define(socket, name, { value, writable: true })
  define(socket, 'writableNeedDrain', { get: () => nowhere.isFull })
  // What servers, frameworks and applications use of a connection is there.
  return socket as Socket
}

/** Most are getters of the prototype, which cannot be written. */
function define(socket: Duplex, name: string, property: PropertyDescriptor): void {
  Object.defineProperty(socket, name, { configurable: true, enumerable: true, ...property })
}

function answering(socket: object, method: object): unknown {
  // It is a function, as was looked at; the types of a connection are many.
  return (...given: unknown[]): unknown => Reflect.apply(method as () => unknown, socket, given)
}

const FACTS = [
  ...['remoteAddress', 'remotePort', 'remoteFamily', 'localAddress', 'localPort', 'localFamily', 'server'],
  ...['encrypted', 'authorized', 'authorizationError', 'servername'],
]

const QUESTIONS = [
  'address',
  'getPeerCertificate',
  'getPeerX509Certificate',
  'getCertificate',
  'getCipher',
  'getProtocol',
]

const SETTINGS = ['setTimeout', 'setNoDelay', 'setKeepAlive', 'ref', 'unref']
