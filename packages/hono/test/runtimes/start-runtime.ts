import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { arch, platform } from 'node:process'
import { type Bundle, bundle } from './bundle.ts'

/** A runtime that serves a program of ours. */
export interface RunningRuntime {
  readonly port: number
  stop(): Promise<void>
}

export type RuntimeName = 'workerd' | 'Deno' | 'Bun'

/** The port is told within this, on a busy machine as well. */
const PATIENCE = 60_000

/** Starts a runtime on a free port of 127.0.0.1. @param bindings of a Worker, in the words of its configuration. */
export async function startRuntime(name: RuntimeName, entry: string, bindings: string = ''): Promise<RunningRuntime> {
  const program = await bundle(entry)
  const child = await START[name](program, bindings)
  const ended = once(child, 'close')
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    await program.remove()
  }
  try {
    return { port: await portOf(child), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const START: Readonly<Record<RuntimeName, (program: Bundle, bindings: string) => Promise<ChildProcess>>> = {
  workerd: async ({ folder }, bindings) => {
    const config = join(folder, 'config.capnp')
    await writeFile(config, configuration(bindings))
    return spawn(
      binary('workerd', `@cloudflare/workerd-${platform}-${arm ? 'arm64' : '64'}/bin/workerd`),
      ['serve', config, '--control-fd=1'],
      STDIO,
    )
  },
  Deno: async ({ file }) =>
    spawn(
      binary('deno', `@deno/${platform}-${arm ? 'arm64' : 'x64'}${platform === 'linux' ? '-glibc' : ''}/deno`),
      ['run', '--quiet', '--no-config', '--allow-all', file],
      STDIO,
    ),
  Bun: async ({ file }) =>
    spawn(binary('bun', `@oven/bun-${platform}-${arm ? 'aarch64' : 'x64'}/bin/bun`), ['run', file], STDIO),
}

const STDIO: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'] }

const arm = arch === 'arm64'

/** The program of the platform, which is an optional package of the package of that name. */
function binary(name: string, path: string): string {
  const own = createRequire(import.meta.url)
  return createRequire(own.resolve(`${name}/package.json`)).resolve(path)
}

function configuration(bindings: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "network", network = (allow = ["private", "local", "public"])),
    ${bindings.includes('FILES') ? `(name = "files", disk = (path = "${FILES}")),` : ''}
  ],
  sockets = [(
    name = "http",
    address = "127.0.0.1:0",
    # As Cloudflare's edge does.
    http = (injectRequestHeaders = [(name = "CF-Connecting-IP", value = "127.0.0.1")]),
    service = "main",
  )],
);
const worker :Workerd.Worker = (
  modules = [(name = "program.mjs", esModule = embed "program.mjs")],
  compatibilityDate = "2026-10-01",
  compatibilityFlags = ["nodejs_compat"],
  globalOutbound = "network",
  bindings = [${bindings}],
);
`
}

/** Of the suite. */
const FILES = join(import.meta.dirname, '../../../testing/src/http')

async function portOf(child: ChildProcess): Promise<number> {
  let said = ''
  return await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`The runtime told no port: ${said}`)), PATIENCE)
    const listen = (chunk: Buffer): void => {
      said += chunk.toString()
      const port = /(?:^port |"port":)(\d+)/m.exec(said)?.[1]
      if (port === undefined) return
      clearTimeout(late)
      resolve(Number(port))
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`The runtime ended with ${code}: ${said}`)))
  })
}
