import { getRequestListener } from '@hono/node-server'
import {
  cacheFromEnv,
  databaseNotice,
  fill,
  listen,
  openDatabase,
  progressBar,
  stopOnSignal,
} from '@redstart-example/express'
import { createNodeApp } from './node-app.ts'

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
  const answer = getRequestListener(createNodeApp({ database, redstart }).fetch)
  const { server, port } = await listen((request, response) => void answer(request, response), process.env['PORT'])
  stopOnSignal({ server, close: [() => redstart.close(), () => database.close()] })
  console.log(`
  Database  ${database.description}
  Cache     ${description}
  Address   http://127.0.0.1:${port}/login   as alma@osteria or elif@osteria; the password is codirosso
`)
}
