/**
 * Platforms that stop with the answer what they were not told of have told Next.js how; a server of Node.js has no such
 * thing, and it goes on by itself. The same place as that where `after()` of Next.js looks.
 */
export function later(work: Promise<void>): void {
  const context: unknown = Reflect.get(globalThis, PLATFORM)
  if (!isPlatform(context)) return
  const { waitUntil } = context.get() ?? {}
  waitUntil?.(work)
}

const PLATFORM = Symbol.for('@next/request-context')

interface Platform {
  get(): { readonly waitUntil?: (work: Promise<void>) => void } | undefined
}

function isPlatform(context: unknown): context is Platform {
  return typeof context === 'object' && context !== null && 'get' in context && typeof context.get === 'function'
}
