import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { RedstartError } from '@redstart/core'
import type { Guardian } from './guardian.ts'
import { callRedis } from './redis-socket.ts'
import type { RedisTarget } from './redis-target.ts'

/** How long a server may take to answer, in ms: far more than it needs, so that a busy machine fails no test. */
const START_TIMEOUT = 20_000

/** A server that answers. */
export interface RedisProcess {
  readonly pid: number
  /** False once it ended, by whatever cause. */
  running(): boolean
  signal(signal: NodeJS.Signals): void
  /** Ends it at once, paused or not. */
  end(): Promise<void>
}

/** What to run. */
export interface RedisProcessOptions {
  readonly binary: string
  /** Where it is to listen, and how to reach it. */
  readonly target: RedisTarget
  /** A configuration file, read before the arguments. */
  readonly configFile?: string
  readonly args: readonly string[]
  readonly guardian: Guardian
}

/**
 * Starts a server that keeps nothing on disk and waits until it answers. Undefined when the port was taken.
 *
 * @throws RedstartError `STORE_UNAVAILABLE` with the end of its log when it ended or did not answer.
 */
export async function startRedisProcess(options: RedisProcessOptions): Promise<RedisProcess | undefined> {
  const log = join(options.guardian.folder, 'redis.log')
  const child = await launch(options, log)
  const server = guarded(child, options.guardian)
  if (await answers(server, options.target)) return server
  const ended = !server.running()
  await server.end()
  const text = await readFile(log, 'utf8')
  if (ended && /address already in use/i.test(text)) return undefined
  const what = ended ? 'ended while it started' : `did not answer within ${START_TIMEOUT} ms`
  throw new RedstartError(
    'STORE_UNAVAILABLE',
    `${options.binary} ${what}. The end of its log:\n${text.slice(-1000).trim()}`,
  )
}

async function launch(
  { binary, target, configFile, args, guardian }: RedisProcessOptions,
  log: string,
): Promise<ChildProcess> {
  const first = configFile === undefined ? [] : [configFile]
  const settings = [...first, '--bind', target.host, '--port', String(target.port), '--dir', guardian.folder]
  const file = await open(log, 'w')
  try {
    const child = spawn(binary, [...settings, '--save', '', '--appendonly', 'no', '--daemonize', 'no', ...args], {
      stdio: ['ignore', file.fd, file.fd],
      cwd: guardian.folder,
      detached: true,
    })
    // Named before anything else is awaited, so that at no moment an end of this process leaves the server behind.
    guardian.watch(child.pid)
    await once(child, 'spawn')
    child.unref()
    return child
  } finally {
    await file.close()
  }
}

function guarded(child: ChildProcess, guardian: Guardian): RedisProcess {
  const { pid } = child
  if (pid === undefined) throw new RedstartError('STORE_UNAVAILABLE', 'The server program could not be started')
  const running = (): boolean => child.exitCode === null && child.signalCode === null
  // The number may be another process's soon after.
  child.once('exit', () => guardian.watch(undefined))
  return {
    pid,
    running,
    signal: (signal) => void child.kill(signal),
    async end() {
      if (!running()) return
      child.ref()
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Waits until the server that answers at the target is this one, and not another that was faster to take the port. */
async function answers(server: RedisProcess, target: RedisTarget): Promise<boolean> {
  const deadline = AbortSignal.timeout(START_TIMEOUT)
  while (server.running() && !deadline.aborted) {
    const info = await callRedis(target, ['INFO', 'server'], 1000).catch(() => undefined)
    if (typeof info === 'string' && info.includes(`process_id:${server.pid}\r\n`)) return true
    await setTimeout(5)
  }
  return false
}
