import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const FIXTURE = join(import.meta.dirname, 'fixture')
const NEXT = join(import.meta.dirname, '../../node_modules/next/dist/bin/next')

/** `next build`, one at a time on this machine, with nothing in its environment. @returns what it printed. */
export async function buildNext(): Promise<string> {
  const { child, written } = launch(['flock', '/tmp/redstart-next-build.lock', process.execPath, NEXT, 'build'], {})
  const [code]: unknown[] = await once(child, 'close')
  if (code !== 0) throw new Error(`the build failed: ${written()}`)
  return written()
}

/** `next start`. @returns where it listens, and how to end it. */
export async function startNext(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly origin: string; readonly stop: () => Promise<void> }> {
  const { child, written } = launch([process.execPath, NEXT, 'start', '-H', '127.0.0.1', '-p', '0'], env)
  const stop = async (): Promise<void> => {
    const exited = once(child, 'exit')
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await exited
  }
  for (let tries = 0; tries < 1200 && child.exitCode === null; tries++) {
    const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(written()) ?? []
    if (origin !== undefined && (await answers(origin))) return { origin, stop }
    await new Promise((resolve) => void setTimeout(resolve, 50))
  }
  await stop()
  throw new Error(`the app did not start: ${written()}`)
}

/** It accepts connections before it is ready, and is ready when it has answered one. */
async function answers(origin: string): Promise<boolean> {
  return await fetch(`${origin}/missing`).then(
    () => true,
    () => false,
  )
}

function launch(
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): { readonly child: ChildProcess; readonly written: () => string } {
  const own = { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  const child = spawn(file, args, { cwd: FIXTURE, env: { ...own, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
  return { child, written: () => output }
}
