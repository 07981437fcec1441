import type { Database } from '@redstart-example/express'
import type { AppLink } from '../state.ts'
import { type Built, buildOnce } from './build-once.ts'
import { type RunningNext, runNext, type RunNextOptions } from './run-next.ts'

export interface StartStorefrontOptions {
  readonly database: Database
  /** Begins the keys in the Redis of `REDIS_URL`. */
  readonly app: string
  /** Whether there is such a Redis: over memory alone it would share nothing with the others. */
  readonly redis: boolean
  /** The first port that is tried. */
  readonly port: number
  /** Says a line to people. */
  readonly tell: (line: string) => void
  /** Told once it answers. */
  readonly started: (link: AppLink) => void
  /** @default `next build`, where that was not done yet */
  readonly build?: (begin: () => void) => Promise<Built>
  /** @default `next start` */
  readonly run?: (options: RunNextOptions) => Promise<RunningNext>
}

/**
 * Starts the storefront beside the others, which wait for nothing here: it is built first, in the background. What does not
 * succeed is said in one line. Returns how to stop it, at any time.
 */
export function startStorefront(options: StartStorefrontOptions): () => Promise<void> {
  const { redis, tell } = options
  let stopped = false
  let running: RunningNext | undefined
  const starting = async (): Promise<void> => {
    if (!redis) return tell(`${TITLE}on Next.js runs with a Redis: REDIS_URL=redis://127.0.0.1:6379 npm start`)
    const { build = (begin) => buildOnce({ begin }), run = runNext, database, app, port, started } = options
    const built = await build(() => tell(`${TITLE}is being built for Next.js, once; the others do not wait for it`))
    if (!built.built) return tell(`${TITLE}is not there: ${built.why}`)
    if (stopped) return
    running = await run({ database, app, port })
    if (stopped) return await running.stop()
    const url = `http://127.0.0.1:${running.port}`
    tell(`${TITLE}${url}          on Next.js, in a process of its own`)
    started({ name: 'storefront', framework: 'Next.js', url })
  }
  void starting().catch((error: unknown) => {
    if (!stopped) tell(`${TITLE}is not there: ${oneLine(error)}`)
  })
  return async () => {
    stopped = true
    await running?.stop()
  }
}

/** As wide as the names of the others. */
const TITLE = '  storefront  '

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' | ')
}
