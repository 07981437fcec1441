import type { Redstart } from '@redstart/core'
import {
  cacheFromEnv,
  createApp,
  type Database,
  databaseNotice,
  fill,
  listen,
  openDatabase,
  progressBar,
  stopOnSignal,
} from '@redstart-example/express'
import { FRAMEWORKS } from './apps.ts'
import { createShowcase, type Showcase } from './showcase.ts'
import { startApps } from './start-apps.ts'
import type { AppLink } from './state.ts'
import { startStorefront } from './storefront/start-storefront.ts'

try {
  await main()
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}

async function main(): Promise<void> {
  const { redstart, another, app, description, signIn } = cacheFromEnv(process.env)
  const showcase = createShowcase(redstart, description)
  const { server, port } = await listen(showcase.app, process.env['PORT'])
  const origin = `http://127.0.0.1:${port}`
  const stop = showcase.run(origin)
  const close = [async () => stop(), () => redstart.close()]
  stopOnSignal({ server, close })

  console.log(`
  Redstart    ${origin}          open it now: it shows how far the start is
  Cache       ${description}
  Database    starting ${databaseNotice(process.env['DATABASE_URL'])}
`)
  const database = await filled(showcase, redstart)
  close.push(() => database.close())
  showcase.ready(createApp({ database, redstart }), database.description)
  const apart = (process.env['REDIS_URL'] ?? '') !== ''
  const apps = await startApps({ database, another, app, apart, port: port + 1 })
  close.push(...apps.map((started) => started.stop))
  const beside = apps.map(({ name, port: own }) => ({
    name,
    framework: FRAMEWORKS[name],
    url: `http://127.0.0.1:${own}`,
  }))
  showcase.beside(beside)
  const addresses = beside.map(
    ({ name, framework, url }) =>
      `${name.padEnd(12)}${url}          on ${framework}${apart ? ', in a process of its own' : ''}`,
  )
  console.log(`
  Ready       ${database.description}
  Log-in      ${signIn}; it holds for all of these
  ${addresses.join('\n  ')}

  curl -i ${origin}/api/restaurants/1/analytics             # twice: x-cache says miss, then hit
  curl -i "${origin}/api/restaurants/1/analytics?cache=off"   # what it takes without the cache
  curl -i ${origin}/api/orders -H 'content-type: application/json' \\
       -d '{"restaurant":1,"table":4,"lines":[{"dish":1,"quantity":2}]}'

  Ctrl-C ends it.
`)
  const first = 1 + Math.max(...apps.map((one) => one.port))
  const started = (link: AppLink): void => showcase.beside([...beside, link])
  close.push(startStorefront({ database, app, redis: apart, port: first, tell: console.log, started }))
}

/** The database with its data; the page and the terminal follow. */
async function filled(showcase: Showcase, redstart: Redstart): Promise<Database> {
  try {
    const database = await openDatabase(process.env['DATABASE_URL'])
    const bar = progressBar(process.stdout)
    const made = await fill(database, {
      progress: (step) => {
        bar(step)
        showcase.starting(step.label, step.done / step.total)
      },
    })
    // What Redis still has of an older database is of no use.
    if (made) await redstart.cache.clear()
    return database
  } catch (error) {
    showcase.failed('The database could not be started; the terminal says why.')
    throw error
  }
}
