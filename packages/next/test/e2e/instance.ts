import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Build, type Env, envOf, NEXT, type Project } from './project.ts'

/** A process that runs: `next start`, a standalone server, or the program beside them. */
export interface Instance {
  readonly name: string
  /** `http://127.0.0.1:40123` */
  readonly origin: string
  readonly pid: number
  /** What it wrote to both streams. */
  said(): string
  stop(): Promise<void>
}

/** What a process is told beside its build. */
export interface InstanceOptions {
  /** Shown by what it renders. */
  readonly name: string
  readonly env: Env
  /** Milliseconds by which its clock is wrong. */
  readonly skew?: number
}

/** Starts a build of the project, and resolves when it listens. */
export async function startInstance(project: Project, build: Build, options: InstanceOptions): Promise<Instance> {
  const { name, env, skew } = options
  const preloads = ['with-parent.mjs', ...(skew === undefined ? [] : ['skew.mjs'])]
  const imports = preloads.map((file) => `--import=${pathToFileURL(join(project.folder, file)).href}`)
  const own = {
    NODE_OPTIONS: imports.join(' '),
    E2E_INSTANCE: name,
    ...(skew !== undefined && { E2E_SKEW: `${skew}` }),
  }
  // A standalone server takes 0 for none.
  const port = build.standalone === true ? await freePort() : 0
  const all = { ...envOf(build), ...own, ...env, HOSTNAME: '127.0.0.1', PORT: `${port}` }
  const folder = build.standalone === true ? join(project.folder, `.next-${build.id}`, 'standalone') : project.folder
  const args = build.standalone === true ? ['server.js'] : [NEXT, 'start', '--hostname', '127.0.0.1', '--port', '0']
  return await started(name, args, folder, all)
}

/** The program without Next.js. */
export async function startExpress(project: Project, env: Env): Promise<Instance> {
  return await started('express', ['express.mjs'], project.folder, env)
}

/** What `standalone` output leaves to who deploys it. */
export function completeStandalone({ folder }: Project, { id }: Build): void {
  const built = join(folder, `.next-${id}`)
  cpSync(join(built, 'static'), join(built, 'standalone', `.next-${id}`, 'static'), { recursive: true })
  cpSync(join(folder, 'public'), join(built, 'standalone', 'public'), { recursive: true })
  for (const preload of ['with-parent.mjs', 'skew.mjs'])
    cpSync(join(folder, preload), join(built, 'standalone', preload))
}

/** A port on which nothing listened a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function started(name: string, args: readonly string[], cwd: string, env: Env): Promise<Instance> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ended = once(child, 'exit')
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  }
  const { said, origin } = listenTo(child, ended)
  try {
    return { name, origin: await origin, pid: child.pid ?? 0, said, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function listenTo(child: ChildProcess, ended: Promise<unknown>): { said(): string; origin: Promise<string> } {
  let said = ''
  const origin = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? []
        // An app that says where it is need not be ready.
        if (found !== undefined && /Ready|listening/.test(said)) resolve(found)
      })
    void ended.then(() => reject(new Error(`it ended: ${said}`)))
  })
  return { said: () => said, origin }
}
