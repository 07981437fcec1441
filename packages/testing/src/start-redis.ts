import { RedstartError } from '@redstart/core'
import { startGuardian } from './guardian.ts'
import { findLoopbackPort } from './loopback-port.ts'
import { redisBinary } from './redis-binary.ts'
import { type RedisProcess, type RedisProcessOptions, startRedisProcess } from './redis-process.ts'
import { callRedis } from './redis-socket.ts'
import type { RedisTarget } from './redis-target.ts'
import type { RedisArgument } from './resp.ts'

const HOST = '127.0.0.1'
/** How often a port that another process took is replaced by another. */
const ATTEMPTS = 10
const COMMAND_TIMEOUT = 5000

/** Settings of a server for tests. */
export interface StartRedisOptions {
  /** Arguments for the server program, after ours: `['--maxmemory', '10mb']`. */
  readonly args?: readonly string[]
  /**
   * The port on 127.0.0.1.
   * @default a free one
   */
  readonly port?: number
  /** Sets `requirepass`. It is part of `url` then, and `command` signs in with it. */
  readonly password?: string
}

/** A real Redis of its own for a test, empty and without persistence. */
export interface RedisServer extends AsyncDisposable {
  /** `redis://127.0.0.1:port`, with the password where there is one. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** Of the server program; another one after `restart()`. */
  readonly pid: number
  /**
   * Sends one command over a connection of its own and resolves with the reply: text for strings, arrays for lists.
   *
   * @throws RedstartError `STORE_FAILED` with Redis's text for an error reply, `STORE_TIMEOUT` after 5 s (when paused),
   *   `STORE_UNAVAILABLE` when the server is gone.
   */
  command(...args: readonly RedisArgument[]): Promise<unknown>
  /** Freezes the server: connections stay, nothing is answered. */
  pause(): void
  /** Ends a pause. */
  resume(): void
  /** Ends the server, all its connections break, and starts an empty one with another run id on the same port. */
  restart(): Promise<void>
  /** Ends the server and removes its folder; may be called again. */
  stop(): Promise<void>
}

/**
 * Starts a real `redis-server` on 127.0.0.1 and waits until it answers. It ends with `stop()`, with `await using`, and
 * with this process, even when that is killed; it does not keep this process alive.
 *
 * @throws RedstartError `STORE_UNAVAILABLE` when there is no redis-server (the message says how to get one), when it does
 *   not start, or when `port` is taken.
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<RedisServer> {
  const binary = await redisBinary()
  const guardian = await startGuardian()
  const start = (target: RedisTarget): RedisProcessOptions => ({ binary, target, args: options.args ?? [], guardian })
  try {
    const { target, server } = await startOnFreePort(options, start)
    return handle(
      target,
      server,
      () => startRedisProcess(start(target)),
      () => guardian.release(),
    )
  } catch (error) {
    await guardian.release()
    throw error
  }
}

async function startOnFreePort(
  { port, password }: StartRedisOptions,
  options: (target: RedisTarget) => RedisProcessOptions,
): Promise<{ readonly target: RedisTarget; readonly server: RedisProcess }> {
  for (let attempt = 1; attempt <= (port === undefined ? ATTEMPTS : 1); attempt += 1) {
    const target = { host: HOST, port: port ?? (await findLoopbackPort()), ...(password !== undefined && { password }) }
    const server = await startRedisProcess(options(target))
    if (server !== undefined) return { target, server }
  }
  throw portTaken(port ?? 'each of the ports tried')
}

function handle(
  target: RedisTarget,
  first: RedisProcess,
  again: () => Promise<RedisProcess | undefined>,
  release: () => Promise<void>,
): RedisServer {
  const { host, port, password } = target
  let server = first
  let stopped = false
  const assertRunning = (): void => {
    if (stopped) throw new RedstartError('CLOSED', `The Redis of port ${port} was stopped`)
  }
  const stop = async (): Promise<void> => {
    stopped = true
    await server.end()
    await release()
  }
  return {
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}${host}:${port}`,
    host,
    port,
    get pid() {
      return server.pid
    },
    command: (...args) => callRedis(target, args, COMMAND_TIMEOUT),
    pause() {
      assertRunning()
      server.signal('SIGSTOP')
    },
    resume() {
      assertRunning()
      server.signal('SIGCONT')
    },
    async restart() {
      assertRunning()
      await server.end()
      const next = await again()
      if (next === undefined) throw portTaken(port)
      server = next
      // Stopped while it started.
      if (stopped) await server.end()
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function portTaken(port: number | string): RedstartError {
  return new RedstartError('STORE_UNAVAILABLE', `Redis could not listen on ${HOST}, port ${port}: another program does`)
}
