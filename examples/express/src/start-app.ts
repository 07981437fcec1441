import type { RequestListener } from 'node:http'
import { cacheFromEnv } from './cache-from-env.ts'
import type { Database } from './database/database.ts'
import { databaseNotice, openDatabase } from './database/open-database.ts'
import { fill } from './fill/fill.ts'
import { progressBar } from './fill/progress-bar.ts'
import type { RestaurantRedstart } from './limits/policies.ts'
import { listen } from './listen.ts'
import { stopOnSignal } from './stop-on-signal.ts'

/** What each app of the restaurants stands on: one log-in holds for all that share both. */
export interface AppParts {
  readonly database: Database
  readonly redstart: RestaurantRedstart
}

/** An app of the restaurants, to be started alone. */
export interface AppToStart {
  /** Answers its requests. */
  readonly listener: (parts: AppParts) => RequestListener | Promise<RequestListener>
  /** Lines for people, once it listens: where it is, and who can sign in. */
  readonly told: (started: { readonly origin: string; readonly signIn: string }) => string
}

/**
 * What `npm start` in the folder of an app does: opens the database of `DATABASE_URL` and the cache of `REDIS_URL`, or
 * has both in this process, fills the database, and serves the app at `PORT` until Ctrl-C.
 */
export async function startApp(app: AppToStart): Promise<void> {
  try {
    await start(app)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}

async function start({ listener, told }: AppToStart): Promise<void> {
  const { redstart, description, signIn } = cacheFromEnv(process.env)
  console.log(`\n  Starting  ${databaseNotice(process.env['DATABASE_URL'])}`)
  const database = await openDatabase(process.env['DATABASE_URL'])
  // What Redis still has of an older database is of no use.
  if (await fill(database, { progress: progressBar(process.stdout) })) await redstart.cache.clear()
  const { server, port } = await listen(await listener({ database, redstart }), process.env['PORT'])
  stopOnSignal({ server, close: [() => redstart.close(), () => database.close()] })
  console.log(`
  Database  ${database.description}
  Cache     ${description}
${told({ origin: `http://127.0.0.1:${port}`, signIn })}
`)
}
