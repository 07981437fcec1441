import { join } from 'node:path'
import { build, install } from './bootstrap.mjs'
import { run } from './child.mjs'
import { redisServer } from './redis-server.mjs'
import { root } from './root.mjs'

/**
 * Sees to everything the tests need and runs them. Sources that do not compile fail the run, but the tests still say
 * what they find.
 *
 * @param {readonly string[]} args Passed on to vitest.
 * @param {Record<string, string>} [env]
 * @returns {Promise<number>} The exit code of vitest or of the compiler, or 1 when there is no Redis server.
 */
export async function runTests(args, env = {}) {
  await install('app')
  const server = await redisServer().catch((/** @type {Error} */ error) => error)
  if (server instanceof Error) {
    console.error(server.message)
    return 1
  }
  const built = await build()
  return (
    (await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
      env: { ...env, REDSTART_REDIS_SERVER: server },
    })) || built
  )
}
