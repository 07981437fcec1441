import {
  cacheFromEnv,
  databaseNotice,
  fill,
  listen,
  openDatabase,
  progressBar,
  stopOnSignal,
} from '@redstart-example/express'
import { createApp } from './app.ts'

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

async function main(): Promise<void> {
  const { redstart, description } = cacheFromEnv(process.env)
  console.log(`\n  Starting  ${databaseNotice(process.env['DATABASE_URL'])}`)
  const database = await openDatabase(process.env['DATABASE_URL'])
  // What Redis still has of an older database is of no use.
  if (await fill(database, { progress: progressBar(process.stdout) })) await redstart.cache.clear()
  const app = await createApp({ database, redstart })
  const { server, port } = await listen((request, response) => app.routing(request, response), process.env['PORT'])
  stopOnSignal({ server, close: [() => app.close(), () => redstart.close(), () => database.close()] })
  console.log(`
  Database  ${database.description}
  Cache     ${description}
  Address   http://127.0.0.1:${port}/login   as alma@osteria, a manager, or as elif@osteria; the password is codirosso
`)
}
