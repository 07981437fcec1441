import { createRedstart, type Redstart, type RedstartOptions } from '@redstart/core'
import { type CacheHandlers, createCacheHandlers, type HandlerSettings } from '@redstart/next/handlers'
import { closeRuntime } from '../src/runtime/runtime.ts'

/** The handlers of one process, over an instance of their own. */
export interface MadeHandlers extends AsyncDisposable {
  readonly handlers: CacheHandlers
  readonly redstart: Redstart
}

let made = 0

export function madeHandlers(options: RedstartOptions = {}, settings: Partial<HandlerSettings> = {}): MadeHandlers {
  made += 1
  const id = `test ${made}`
  const redstart = createRedstart(options)
  const handlers = createCacheHandlers({
    config: () => Promise.resolve({ default: () => redstart }),
    settings: { id, namespace: 'next', retention: 60_000, maxEntryBytes: 1024 * 1024, deploymentId: '', ...settings },
  })
  return {
    handlers,
    redstart,
    async [Symbol.asyncDispose]() {
      await closeRuntime(id)
      await redstart.close()
    },
  }
}
