/**
 * A process that serves the pages: `node server.js FRAMEWORK STACK URL`. It sends its port, then for each message what it
 * has done so far, and ends with the connection to its parent.
 */
import { listenWithExpress } from './apps/express.ts'
import { listenWithFastify } from './apps/fastify.ts'
import { listenWithHono } from './apps/hono.ts'
import { listenWithKoa } from './apps/koa.ts'
import { pagesMade } from './pages.ts'
import { isFramework, stacksOf } from './stacks.ts'

const LISTENERS = {
  Express: listenWithExpress,
  Fastify: listenWithFastify,
  Koa: listenWithKoa,
  Hono: listenWithHono,
}

async function main([framework, name = '', url = '']: readonly string[]): Promise<void> {
  if (!isFramework(framework) || !stacksOf(framework).some((stack) => stack.name === name))
    throw new TypeError(`there is no stack ${framework} ${name}`)
  const port = await LISTENERS[framework]({ framework, name }, url)
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ made: pagesMade(), microseconds: user + system })
  })
  process.send?.(port)
}

process.once('disconnect', () => process.exit())
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
