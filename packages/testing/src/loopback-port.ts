import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the range from which Linux and macOS take the ports of outgoing connections: there a client that reconnects
 * while the server restarts could occupy the server's port, or connect to itself.
 */
const LOWEST = 20_000
const ABOVE_HIGHEST = 32_000

/** A port of 127.0.0.1 on which nothing listened a moment ago. Another process may still be faster: retry on failure. */
export async function findLoopbackPort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, ABOVE_HIGHEST)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
