import type { HttpExchange } from '../exchange.ts'
import { isQuiet } from '../quietly.ts'

type Headers = Record<string, string | string[] | undefined>

/**
 * Headers as a handler may be given them, which tell what of them it looks at: each name once, those that are absent too, and
 * whoever asks for all names looks at all that are there. What the application writes itself depends on no client.
 *
 * @param read told a name in lower case.
 */
export function auditHeaders<Of extends Headers>(headers: Of, read: (name: string) => void): Of {
  const known = new Set<string>()
  const tell = (name: string | symbol): void => {
    if (typeof name === 'symbol' || isQuiet() || known.has(name)) return
    // What every object has is no header, unless one of that name came.
    if (name in Object.prototype && !Object.hasOwn(headers, name)) return
    known.add(name)
    read(name)
  }
  return new Proxy(headers, {
    get(target, name) {
      tell(name)
      return Reflect.get(target, name) as unknown
    },
    has(target, name) {
      tell(name)
      return Reflect.has(target, name)
    },
    getOwnPropertyDescriptor(target, name) {
      tell(name)
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
    ownKeys(target) {
      const names = Reflect.ownKeys(target)
      for (const name of names) tell(name)
      return names
    },
    set(target, name, value) {
      if (typeof name === 'string') known.add(name)
      return Reflect.set(target, name, value)
    },
    deleteProperty(target, name) {
      if (typeof name === 'string') known.add(name)
      return Reflect.deleteProperty(target, name)
    },
  })
}

/** What an answer depends on and its key does not have, sorted: whoever sends it decides what others are given. */
export function unkeyedOf(read: ReadonlySet<string>, keyed: ReadonlySet<string>): readonly string[] {
  return [...read].filter((name) => !keyed.has(name) && !HARMLESS.has(name)).toSorted()
}

/**
 * Headers that change what a target, a host or a method means to frameworks and libraries, and that no key has. A proxy's own
 * word for the scheme, `X-Forwarded-Proto`, is not among them: what the framework believes of it is in the key, and without
 * it, whoever redirects to TLS would do so for ever.
 */
export const ALWAYS_HIDDEN: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-host',
  'x-forwarded-server',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-path',
  'x-forwarded-uri',
  'x-host',
  'x-original-host',
  'x-http-host-override',
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
])

/** Those of them that a request has; not what its framework was told to take the host from, which the key has then. */
export function hiddenFrom({ host, header }: Pick<HttpExchange, 'host' | 'header'>): readonly string[] {
  const trusted = host !== undefined && host !== header('host')
  return [...ALWAYS_HIDDEN].filter((name) => header(name) !== undefined && !(trusted && TELLS_HOST.has(name)))
}

const TELLS_HOST: ReadonlySet<string> = new Set(['forwarded', 'x-forwarded-host', 'x-forwarded-port'])

/**
 * Headers that servers and frameworks read for every request, to find its end or its host; those that ask for a part of the
 * answer or whether there is a newer one, which the cache answers itself; and those by which compression decides: what it
 * has coded varies by them whatever the answer says, and what it has not anybody can read.
 */
export const HARMLESS: ReadonlySet<string> = new Set([
  ':authority',
  ':method',
  ':path',
  ':scheme',
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'expect',
  'te',
  'trailer',
  'upgrade',
  'accept-encoding',
  'x-no-compression',
  'cache-control',
  'pragma',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range',
])
