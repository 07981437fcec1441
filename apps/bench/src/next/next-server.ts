import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { HttpConnection } from '../sessions/http-connection.ts'

/** What an app of Next.js keeps its pages in. */
export interface Stack {
  readonly name: string
  /** As the configuration of the app has it. */
  readonly cache: 'next' | 'redstart' | 'trieb' | 'fortedigital'
}

export type Route = '/isr' | '/cached'

const APP = join(import.meta.dirname, '../../src/next-app')
const NEXT = createRequire(import.meta.url).resolve('next/dist/bin/next')
/** Requests that are under way at a time. */
const TOGETHER = 16
/** Pages that are asked for in turn. */
export const PAGES = 50
/** In `/proc/<pid>/stat`, of which there are a hundred in a second. */
const TICK_NS = 1e7

/** An app of Next.js in a process of its own, and clients that ask for its pages in turn. */
export class NextServer {
  readonly stack: Stack
  readonly #child: ChildProcess
  readonly #port: number
  readonly #connections: readonly HttpConnection[]
  #asked = 0
  /** How long each request took, in ns. */
  #latencies: number[] = []
  /** The processor's time for one request in each run, in ns. */
  #costs: number[] = []

  private constructor(stack: Stack, child: ChildProcess, port: number) {
    this.stack = stack
    this.#child = child
    this.#port = port
    this.#connections = Array.from({ length: TOGETHER }, () => new HttpConnection(port))
  }

  static async start(stack: Stack, url: string): Promise<NextServer> {
    if (!(await isBuilt(stack))) await built(spawn(process.execPath, [NEXT, 'build'], options(stack, url)))
    const start = [NEXT, 'start', '-p', '0', '--keepAliveTimeout', '600000']
    const child = spawn(process.execPath, start, options(stack, url))
    return new NextServer(stack, child, await portOf(child))
  }

  /** So many requests, each for the next page. */
  async ask(route: Route, requests: number): Promise<void> {
    const before = await this.#processor()
    let left = requests
    const one = async (connection: HttpConnection): Promise<void> => {
      while (left-- > 0) {
        const begun = performance.now()
        await connection.ask('GET', `${route}/${this.#asked++ % PAGES}`, '')
        this.#latencies.push((performance.now() - begun) * 1e6)
      }
    }
    await Promise.all(this.#connections.map(one))
    this.#costs.push((((await this.#processor()) - before) * TICK_NS) / requests)
  }

  /** What was measured since the last time; the first half left out: the server was still warming up. */
  take(): { readonly latencies: readonly number[]; readonly costs: readonly number[] } {
    const [latencies, costs] = [this.#latencies, this.#costs].map((all) =>
      all.slice(all.length >> 1).sort((one, other) => one - other),
    )
    this.#latencies = []
    this.#costs = []
    return { latencies: latencies ?? [], costs: costs ?? [] }
  }

  /** Which rendering of a page is served. */
  async made(path: string): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.#port}${path}`)
    const made = /<p id="made">([0-9a-f-]{36})</.exec(await answer.text())?.[1]
    if (made === undefined) throw new Error(`${this.stack.name} answered ${path} with ${answer.status}`)
    return made
  }

  async #processor(): Promise<number> {
    const text = await readFile(`/proc/${this.#child.pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  }

  async end(): Promise<void> {
    for (const connection of this.#connections) connection.close()
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}

function options({ cache }: Stack, url: string): SpawnOptions {
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1', NODE_OPTIONS: '' }
  // Of theirs, each takes its Redis from there, and refuses one that does not tell what expires.
  const theirs = { VERCEL_ENV: 'production', KEY_PREFIX: 'trieb:' }
  return { cwd: APP, env: { ...env, ...theirs, BENCH_CACHE: cache, REDIS_URL: url }, stdio: ['ignore', 'pipe', 'pipe'] }
}

/** Whether the app has not changed since it was built. What keeps its pages is not built into it. */
async function isBuilt({ cache }: Stack): Promise<boolean> {
  const changed = async (path: string): Promise<number> => (await stat(join(APP, path))).mtimeMs
  try {
    const since = await changed(`.next-${cache}/BUILD_ID`)
    const names = ['next.config.mjs']
    for (const folder of ['app', 'lib'])
      names.push(...(await readdir(join(APP, folder), { recursive: true })).map((name) => join(folder, name)))
    return (await Promise.all(names.map(changed))).every((time) => time < since)
  } catch {
    return false
  }
}

async function built(child: ChildProcess): Promise<void> {
  const written = writtenBy(child)
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`the app could not be built: ${written()}`)
}

/** The port that it says it listens on. */
async function portOf(child: ChildProcess): Promise<number> {
  const written = writtenBy(child)
  for (;;) {
    const port = /http:\/\/localhost:(\d+)/.exec(written())?.[1]
    if (port !== undefined && /Ready/.test(written())) return Number(port)
    if (child.exitCode !== null) throw new Error(`the app did not start: ${written()}`)
    await setTimeout(50)
  }
}

function writtenBy(child: ChildProcess): () => string {
  let written = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (written += String(text)))
  return () => written
}
