import type { ServerResponse } from 'node:http'

/**
 * Tells who writes to a response to go on. Middleware in front that compresses keeps listeners for `drain` to itself, for a
 * stream that will not tell them where nothing of what they write arrives; so they are noted on their way.
 */
export function drainOf(response: ServerResponse): () => void {
  if (!Object.hasOwn(response, 'on')) return () => void response.emit('drain')
  const { on } = response
  const noted = new Set<Listener>()
  const noting = (name: string | symbol, listener: Listener): ServerResponse => {
    if (name === 'drain') noted.add(listener)
    Reflect.apply(on, response, [name, listener])
    return response
  }
  Object.defineProperty(response, 'on', { configurable: true, writable: true, enumerable: true, value: noting })
  return () => {
    const kept = [...noted].filter((listener) => !response.rawListeners('drain').includes(listener))
    response.emit('drain')
    for (const listener of kept) {
      // Those of `once`, by what Node.js wraps them in.
      if ('listener' in listener) noted.delete(listener)
      listener.call(response)
    }
  }
}

type Listener = (this: ServerResponse, ...given: unknown[]) => void
