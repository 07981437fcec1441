import { isQuiet, quietly } from '../quietly.ts'

/**
 * Tells which headers of a request are looked at, also by who has cloned it. Who asks for all of them looks at all that are
 * there. What the runtime itself takes out of it, as `new Request(request)` and `fetch(request)` do, nobody can see.
 *
 * @param read told a name in lower case, maybe several times.
 * @returns how to stop.
 */
export function watchFetchRequest(request: Request, read: (name: string) => void): () => void {
  const stop = watchFetchHeaders(request.headers, read)
  const clone = function clone(this: Request): Request {
    const { clone: inherited } = Object.getPrototypeOf(this) as Request // What stands in front of it is this.
    const copy = quietly(() => Reflect.apply(inherited, this, []))
    watchFetchRequest(copy, read)
    return copy
  }
  Object.defineProperty(request, 'clone', { value: clone, configurable: true, writable: true })
  return () => {
    stop()
    Reflect.deleteProperty(request, 'clone')
  }
}

function watchFetchHeaders(headers: Headers, read: (name: string) => void): () => void {
  const known = new Set<string>()
  const tell = (name: unknown): void => {
    const lower = String(name).toLowerCase()
    if (!isQuiet() && !known.has(lower)) read(lower)
  }
  // Servers have headers of their own kinds, on which the methods of others do not work.
  const { keys } = headers
  const tellAll = (): void => {
    for (const name of Reflect.apply(keys, headers, [])) tell(name)
  }
  const own = (method: keyof Headers | typeof Symbol.iterator, told: (name: unknown) => void): void => {
    // Each is a method of Headers, which an own one stands in front of.
    const inherited = Reflect.get(headers, method) as (...args: unknown[]) => unknown
    const value = (...args: unknown[]): unknown => {
      told(args[0])
      return Reflect.apply(inherited, headers, args)
    }
    Object.defineProperty(headers, method, { value, configurable: true, writable: true })
  }
  for (const method of ['get', 'has'] as const) own(method, tell)
  for (const method of ['forEach', 'entries', 'keys', 'values', Symbol.iterator] as const) own(method, tellAll)
  // What the application writes itself depends on no client.
  for (const method of ['set', 'delete'] as const) own(method, (name) => void known.add(String(name).toLowerCase()))
  return () => {
    for (const method of [...METHODS, Symbol.iterator]) Reflect.deleteProperty(headers, method)
  }
}

const METHODS = ['get', 'has', 'forEach', 'entries', 'keys', 'values', 'set', 'delete'] as const
