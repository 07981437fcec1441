import type { Server } from 'node:http'

/** A stop that takes longer is cut short: everything that must be kept lies elsewhere. */
const GRACE_MS = 800

/** What to end. */
export interface Stoppable {
  readonly server: Server
  /** Everything behind the server, all at once; what is added to it later is ended too. */
  readonly close: readonly (() => Promise<unknown>)[]
}

/** Ends the process within a second of Ctrl-C or SIGTERM, with exit code 0; a second Ctrl-C ends it at once. */
export function stopOnSignal({ server, close }: Stoppable): void {
  const stop = (): void => {
    process.once('SIGINT', () => process.exit(130))
    setTimeout(() => process.exit(0), GRACE_MS).unref()
    server.close()
    server.closeAllConnections()
    void Promise.allSettled(close.map((end) => end())).then(() => process.exit(0))
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}
