import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RedstartError } from '@redstart/core'
import { startGuardian } from './guardian.ts'
import { findLoopbackPort } from './loopback-port.ts'
import { redisBinary } from './redis-binary.ts'
import { type RedisProcess, type RedisProcessOptions, startRedisProcess } from './redis-process.ts'
import { callRedis } from './redis-socket.ts'
import type { RedisTarget } from './redis-target.ts'
import type { RedisArgument } from './resp.ts'
import { serverSettings, type StartRedisOptions } from './server-settings.ts'

/** How often a port that another process took is replaced by another. */
const ATTEMPTS = 10
const COMMAND_TIMEOUT = 5000

/** A real Redis of its own for a test, empty and without persistence. */
export interface RedisServer extends AsyncDisposable {
  /** `redis://127.0.0.1:port`, `rediss:` with TLS, with the password where there is one. */
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
  const { config, args, target, url } = serverSettings(options)
  try {
    const configFile = await writeConfig(guardian.folder, config)
    const start = (port: number): RedisProcessOptions => ({
      binary,
      guardian,
      target: target(port),
      args: args(port),
      ...(configFile !== undefined && { configFile }),
    })
    const { port, server } = await startOnFreePort(options.port, start)
    return handle(
      target(port),
      url(port),
      server,
      () => startRedisProcess(start(port)),
      () => guardian.release(),
    )
  } catch (error) {
    await guardian.release()
    throw error
  }
}

async function writeConfig(folder: string, lines: readonly string[]): Promise<string | undefined> {
  if (lines.length === 0) return undefined
  const file = join(folder, 'redis.conf')
  await writeFile(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
  return file
}

async function startOnFreePort(
  wanted: number | undefined,
  options: (port: number) => RedisProcessOptions,
): Promise<{ readonly port: number; readonly server: RedisProcess }> {
  for (let attempt = 1; attempt <= (wanted === undefined ? ATTEMPTS : 1); attempt += 1) {
    const port = wanted ?? (await findLoopbackPort())
    const server = await startRedisProcess(options(port))
    if (server !== undefined) return { port, server }
  }
  throw portTaken(wanted ?? 'each of the ports tried')
}

function handle(
  target: RedisTarget,
  url: string,
  first: RedisProcess,
  again: () => Promise<RedisProcess | undefined>,
  release: () => Promise<void>,
): RedisServer {
  const { host, port } = target
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
    url,
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
  return new RedstartError(
    'STORE_UNAVAILABLE',
    `Redis could not listen on 127.0.0.1, port ${port}: another program does`,
  )
}
