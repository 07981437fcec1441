import { IncrementalHandler } from './incremental/incremental-handler.ts'
import type { IncrementalContext } from './incremental/values.ts'
import type { HandlerSetup } from './runtime/settings.ts'
import { type UseCacheHandler, useCacheHandler } from './use-cache/use-cache-handler.ts'

/** Both kinds of handler that Next.js knows: the class for `cacheHandler`, which is the object for `cacheHandlers`, too. */
export interface CacheHandlers extends UseCacheHandler {
  new (context: IncrementalContext): IncrementalHandler
}

/**
 * Makes the handlers of one app. Whichever of the two Next.js was told to expect in a file, it is there: the one cannot be
 * taken for the other. Nothing is connected, and no configuration is read, before the first use.
 */
export function createCacheHandlers(setup: HandlerSetup): CacheHandlers {
  class Handler extends IncrementalHandler {
    constructor(context: IncrementalContext) {
      super(setup, context)
    }
  }
  return Object.assign(Handler, useCacheHandler(setup))
}
