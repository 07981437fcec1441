import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { arch, env, platform } from 'node:process'
import { type Bundle, bundle } from './bundle.ts'

/** A runtime that serves a program of ours. */
export interface RunningRuntime {
  readonly port: number
  stop(): Promise<void>
}

export type RuntimeName = 'workerd' | 'Deno' | 'Bun'

/** The port is told within this, on a busy machine as well. */
const PATIENCE = 60_000

/** Texts that the program is given: bindings of a Worker, else the environment of its process. */
export type Given = Readonly<Record<string, string>>

/**
 * Starts a runtime on a free port of 127.0.0.1. A Worker has a binding `FILES` besides, a folder with the file of the suite.
 */
export async function startRuntime(name: RuntimeName, entry: string, given: Given = {}): Promise<RunningRuntime> {
  const program = await bundle(entry)
  const child = await START[name](program, given)
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

const START: Readonly<Record<RuntimeName, (program: Bundle, given: Given) => Promise<ChildProcess>>> = {
  workerd: async ({ folder }, given) => {
    const config = join(folder, 'config.capnp')
    await writeFile(config, configuration(given))
    return spawn(
      binary('workerd', `@cloudflare/workerd-${platform}-${arm ? 'arm64' : '64'}/bin/workerd`),
      ['serve', config, '--control-fd=1'],
      { stdio: STDIO },
    )
  },
  Deno: async ({ file }, given) =>
    spawn(
      binary('deno', `@deno/${platform}-${arm ? 'arm64' : 'x64'}${platform === 'linux' ? '-glibc' : ''}/deno`),
      ['run', '--quiet', '--no-config', '--allow-all', file],
      { stdio: STDIO, env: { ...env, ...given } },
    ),
  Bun: async ({ file }, given) =>
    spawn(binary('bun', `@oven/bun-${platform}-${arm ? 'aarch64' : 'x64'}/bin/bun`), ['run', file], {
      stdio: STDIO,
      env: { ...env, ...given },
    }),
}

const STDIO: StdioOptions = ['ignore', 'pipe', 'pipe']

const arm = arch === 'arm64'

/** The program of the platform, which is an optional package of the package of that name. */
function binary(name: string, path: string): string {
  const own = createRequire(import.meta.url)
  return createRequire(own.resolve(`${name}/package.json`)).resolve(path)
}

function configuration(given: Given): string {
  const texts = Object.entries(given).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)}),`)
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "network", network = (allow = ["private", "local", "public"])),
    (name = "files", disk = (path = ${JSON.stringify(FILES)})),
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
  bindings = [(name = "FILES", service = "files"), ${texts.join(' ')}],
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
