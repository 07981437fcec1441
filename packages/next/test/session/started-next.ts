import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The app that these tests build and run. */
const FIXTURE = join(import.meta.dirname, 'fixture')
const NEXT = join(import.meta.dirname, '../../node_modules/next/dist/bin/next')

/** How this package gets into it: loaded by Node.js, or in its bundles. */
export type Variant = 'external' | 'bundled'

/** `next build`, with no Redis there; one at a time on this machine. @returns what it printed. */
export async function buildNext(variant: Variant): Promise<string> {
  const child = launch(['flock', '/tmp/redstart-next-build.lock', process.execPath, NEXT, 'build'], variant, {})
  const written = outputOf(child)
  const [code]: unknown[] = await once(child, 'close')
  if (code !== 0) throw new Error(`the build failed: ${written()}`)
  return written()
}

/** `next start`. */
export class StartedNext implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #written: () => string

  private constructor(child: ChildProcess, port: number, written: () => string) {
    this.#child = child
    this.port = port
    this.#written = written
  }

  static async start(variant: Variant, env: Readonly<Record<string, string>>): Promise<StartedNext> {
    const child = launch([process.execPath, NEXT, 'start', '-H', '127.0.0.1', '-p', '0'], variant, env)
    const written = outputOf(child)
    for (let tries = 0; tries < 1200; tries++) {
      const [, port] = /http:\/\/(?:127\.0\.0\.1|localhost):(\d+)/.exec(written()) ?? []
      if (port !== undefined && /Ready/.test(written())) return new StartedNext(child, Number(port), written)
      if (child.exitCode !== null) break
      await new Promise((resolve) => void setTimeout(resolve, 50))
    }
    child.kill('SIGKILL')
    throw new Error(`the app did not start: ${written()}`)
  }

  /** What it wrote to its standard output and error. */
  get written(): string {
    return this.#written()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}

function launch(
  [file = '', ...args]: readonly string[],
  variant: Variant,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const own = {
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    FIXTURE: variant,
  }
  return spawn(file, args, { cwd: FIXTURE, env: { ...own, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
}

function outputOf(child: ChildProcess): () => string {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += String(text)))
  return () => output
}
