import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** The app that these tests build and run. */
export const APP = join(import.meta.dirname, 'app')
const NEXT = join(import.meta.dirname, '../../node_modules/next/dist/bin/next')

/** A connection is not closed while its client is too busy to notice. */
const KEEP_MS = '600000'

export type Environment = Readonly<Record<string, string>>

/** Builds it. @returns what it wrote, and how long it took in ms. */
export async function buildApp(env: Environment): Promise<{ readonly output: string; readonly took: number }> {
  const begun = performance.now()
  const child = launch(['/usr/bin/flock', '/tmp/redstart-next-build.lock', process.execPath, NEXT, 'build'], APP, env)
  const { output, code } = await ended(child)
  if (code !== 0) throw new Error(`the build failed: ${output}`)
  return { output, took: performance.now() - begun }
}

/** A page as it came. */
export interface Page {
  readonly status: number
  /** Which rendering of it. */
  readonly made: string | undefined
  readonly cache: string | null
  readonly text: string
}

/** A process that serves it. */
export class RunningApp implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #origin: string
  readonly #written: () => string

  private constructor(child: ChildProcess, port: number, written: () => string) {
    this.#child = child
    this.#origin = `http://127.0.0.1:${port}`
    this.#written = written
  }

  static async start(
    env: Environment,
    server?: { readonly folder: string; readonly uid?: number },
  ): Promise<RunningApp> {
    const port = await freePort()
    const command = [
      process.execPath,
      ...(server === undefined ? [NEXT, 'start', '-p', `${port}`, '--keepAliveTimeout', KEEP_MS] : ['server.cjs']),
    ]
    const child = launch(
      command,
      server?.folder ?? APP,
      { PORT: `${port}`, KEEP_ALIVE_TIMEOUT: KEEP_MS, ...env },
      server?.uid,
    )
    let written = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (written += String(text)))
    const app = new RunningApp(child, port, () => written)
    for (let tries = 0; ; tries++) {
      if (child.exitCode !== null) throw new Error(`the app did not start: ${written}`)
      const answer = await fetch(`${app.#origin}/nothing`).catch(() => undefined)
      await answer?.arrayBuffer()
      if (answer !== undefined) return app
      if (tries > 600) throw new Error(`the app does not answer: ${written}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** What it wrote to its standard output and error. */
  get written(): string {
    return this.#written()
  }

  async get(path: string): Promise<Page> {
    const answer = await fetch(`${this.#origin}${path}`)
    const text = await answer.text()
    const made = /made ([0-9a-f-]{36})/.exec(text)?.[1]
    return { status: answer.status, made, cache: answer.headers.get('x-nextjs-cache'), text }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('there is no port')
  return address.port
}

function launch([file = '', ...args]: readonly string[], cwd: string, env: Environment, uid?: number): ChildProcess {
  if (!existsSync(file)) throw new Error(`there is no ${file}`)
  const own = {
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    HOSTNAME: '127.0.0.1',
  }
  return spawn(file, args, {
    cwd,
    env: { ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
}

async function ended(child: ChildProcess): Promise<{ readonly output: string; readonly code: unknown }> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += String(text)))
  const [code]: unknown[] = await once(child, 'close')
  return { output, code }
}
