/**
 * A process that serves one application: `node server.js FRAMEWORK [URL]`, with limits over the Redis of that URL. It sends
 * its port, and ends with the connection to its parent.
 */
import { LISTEN, limiterOf } from './apps.ts'

async function main([framework = '', url]: readonly string[]): Promise<void> {
  const listen = LISTEN[framework]
  if (listen === undefined) throw new TypeError(`there is no framework ${framework}`)
  process.send?.(await listen(url === undefined ? undefined : limiterOf(url)))
}

process.once('disconnect', () => process.exit())
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
