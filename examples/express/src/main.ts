import { createApp } from './app.ts'
import { cacheFromEnv } from './cache-from-env.ts'
import { databaseNotice, openDatabase } from './database/open-database.ts'
import { fill } from './fill/fill.ts'
import { progressBar } from './fill/progress-bar.ts'
import { listen } from './listen.ts'
import { stopOnSignal } from './stop-on-signal.ts'

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

async function main(): Promise<void> {
  const { redstart, description, signIn } = cacheFromEnv(process.env)
  console.log(`\n  Starting  ${databaseNotice(process.env['DATABASE_URL'])}`)
  const database = await openDatabase(process.env['DATABASE_URL'])
  // What Redis still has of an older database is of no use.
  if (await fill(database, { progress: progressBar(process.stdout) })) await redstart.cache.clear()
  const { server, port } = await listen(createApp({ database, redstart }), process.env['PORT'])
  stopOnSignal({ server, close: [() => redstart.close(), () => database.close()] })
  console.log(`
  Database  ${database.description}
  Cache     ${description}
  Log-in    ${signIn}
  Address   http://127.0.0.1:${port}/api

  curl -i http://127.0.0.1:${port}/api/restaurants/1/analytics               # twice: look at x-cache and server-timing
  curl -i "http://127.0.0.1:${port}/api/restaurants/1/analytics?cache=off"   # the same from the database
  curl -i http://127.0.0.1:${port}/api/orders -H 'content-type: application/json' \\
       -d '{"restaurant":1,"table":4,"lines":[{"dish":1,"quantity":2}]}'
`)
}
