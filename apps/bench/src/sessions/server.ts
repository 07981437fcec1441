/**
 * A process that serves one application: `node server.js FRAMEWORK STACK URL`. It sends its port, and ends with the
 * connection to its parent.
 */
import { listenWithExpress } from './apps/express.ts'
import { listenWithFastify } from './apps/fastify.ts'
import { listenWithHono } from './apps/hono.ts'
import { listenWithKoa } from './apps/koa.ts'
import { isFramework, STACKS } from './stacks.ts'

const LISTENERS = {
  Express: listenWithExpress,
  Fastify: listenWithFastify,
  Koa: listenWithKoa,
  Hono: listenWithHono,
}

async function main([framework, name = '', url = '']: readonly string[]): Promise<void> {
  if (!isFramework(framework) || !STACKS[framework].includes(name))
    throw new TypeError(`there is no stack ${framework} ${name}`)
  process.send?.(await LISTENERS[framework]({ framework, name }, url))
}

process.once('disconnect', () => process.exit())
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
