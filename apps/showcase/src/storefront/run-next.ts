import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type Database, listen } from '@redstart-example/express'
import { lendDatabase } from '../lent-database.ts'
import { NEXT, STOREFRONT } from './folder.ts'

/** What is read before is what the compiler wrote. */
const BEFORE = pathToFileURL(join(import.meta.dirname, '../../dist/storefront/next-process.js')).href
/** How long it may take until it answers. */
const START_MS = 120_000
const LAST_LINES = 20

export interface RunNextOptions {
  readonly database: Database
  /** Begins the keys in the Redis of `REDIS_URL`. */
  readonly app: string
  /** The first port that is tried; 0 for any. */
  readonly port: number
  /** Beside that of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** The storefront, answering. */
export interface RunningNext {
  readonly port: number
  /** Its process; it ends with this one. */
  readonly child: ChildProcess
  stop(): Promise<void>
}

/**
 * `next start` of what was built, in a process of its own.
 *
 * @throws Error with the last that it said, when it ends before it answers.
 */
export async function runNext({ database, app, port: wished, env = {} }: RunNextOptions): Promise<RunningNext> {
  const port = await freePort(wished)
  const child = fork(NEXT, ['start', '--hostname', '127.0.0.1', '--port', String(port)], {
    cwd: STOREFRONT,
    env: { ...process.env, ...env, RESTAURANT_APP: app, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    execArgv: ['--import', BEFORE],
    serialization: 'advanced',
    silent: true,
  })
  lendDatabase(child, database)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const said = lastLines(child)
  if (!(await Promise.race([answers(port), ended.then(() => false)]))) {
    child.kill('SIGKILL')
    throw new Error(`the storefront did not start: ${said()}`)
  }
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect()
    await ended
  }
  return { port, child, stop }
}

/** Next.js tries one port alone. */
async function freePort(wished: number): Promise<number> {
  const { server, port } = await listen(() => undefined, String(wished))
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Whether it does in time. */
async function answers(port: number): Promise<boolean> {
  const until = performance.now() + START_MS
  while (performance.now() < until) {
    const found = await fetch(`http://127.0.0.1:${port}/icon.svg`).catch(() => undefined)
    await found?.arrayBuffer()
    if (found?.ok === true) return true
    await setTimeout(100)
  }
  return false
}

/** Keeps what a process said last. */
function lastLines({ stdout, stderr }: ChildProcess): () => string {
  const lines: string[] = []
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.split('\n').filter((line) => line.trim() !== ''))
      lines.splice(0, lines.length - LAST_LINES)
    })
  }
  return () => lines.join('\n')
}
