import { randomUUID } from 'node:crypto'
import { RedstartError } from '@redstart/core'
import { type MonitorLine, parseMonitorLine } from './monitor-line.ts'
import { callRedis, openRedisSocket } from './redis-socket.ts'
import { redisTarget } from './redis-target.ts'

const TIMEOUT = 5000

/** Listens to everything that a Redis executes. */
export interface CommandCounter extends Disposable {
  /**
   * Commands that clients sent since the last `reset()`, in order, each as its name and arguments as they were sent.
   * Those that a script called are left out, being no trip of their own, and so are this counter's. Redis does not tell
   * administrative ones, such as CONFIG.
   *
   * @param which keeps those for which it is true.
   */
  commands(which?: (command: readonly string[]) => boolean): string[][]
  /** Forgets what was seen. */
  reset(): void
  /**
   * Resolves when all that Redis executed before this call has been seen. Call it before `commands()` and `reset()`.
   *
   * @throws RedstartError `STORE_TIMEOUT` or `STORE_UNAVAILABLE` when Redis does not answer within 5 s, `CLOSED` after
   *   `close()`.
   */
  settled(): Promise<void>
  /** Ends the listening; may be called again. */
  close(): void
}

/**
 * Listens with MONITOR, which slows the server down: for tests only.
 *
 * @param url of the Redis, `redis://[user:password@]host[:port]`; commands of all databases are seen.
 * @throws RedstartError `INVALID_ARGUMENT` for another URL, `STORE_UNAVAILABLE`, `STORE_TIMEOUT` or `STORE_FAILED` when
 *   Redis does not agree.
 */
export async function countCommands(url: string): Promise<CommandCounter> {
  const target = redisTarget(url)
  const arrivals = new Map<string, () => void>()
  let seen: MonitorLine[] = []
  const take = (line: MonitorLine): void => {
    const arrived = arrivals.get(line.command[1] ?? '')
    if (arrived === undefined) return void seen.push(line)
    // The marker's connection may have had to sign in.
    seen = seen.filter(({ source, command }) => source !== line.source || command[0] !== 'AUTH')
    arrived()
  }
  const monitor = openRedisSocket(target, {
    timeout: TIMEOUT,
    onStray(value) {
      const line = typeof value === 'string' ? parseMonitorLine(value) : undefined
      if (line !== undefined && line.source !== 'lua') take(line)
    },
  })
  await monitor.send(['MONITOR'])
  let closed = false
  const close = (): void => {
    closed = true
    monitor.close()
  }
  return {
    commands: (which = () => true) => seen.map(({ command }) => [...command]).filter((command) => which(command)),
    reset: () => void (seen = []),
    async settled() {
      if (closed) throw new RedstartError('CLOSED', 'The counter was closed; it sees no more commands')
      const marker = randomUUID()
      const arrival = waitFor((arrived) => void arrivals.set(marker, arrived))
      try {
        await Promise.all([arrival, callRedis(target, ['ECHO', marker], TIMEOUT)])
      } finally {
        arrivals.delete(marker)
      }
    },
    close,
    [Symbol.dispose]: close,
  }
}

async function waitFor(start: (arrived: () => void) => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new RedstartError('STORE_TIMEOUT', `MONITOR did not tell a command within ${TIMEOUT} ms`)),
        TIMEOUT,
      )
      start(resolve)
    })
  } finally {
    clearTimeout(timer)
  }
}
