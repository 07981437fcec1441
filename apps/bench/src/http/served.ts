import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { LoadConnection } from './load-connection.ts'
import { PAGES, type Path } from './pages.ts'
import type { Stack } from './stacks.ts'

/** Requests that are under way at a time. */
const TOGETHER = 32

/** What is run is what the compiler wrote. */
const PROGRAM = join(import.meta.dirname, '../../dist/http/server.js')

/** What a server has done so far. */
export interface Done {
  /** Pages that handlers have made. */
  readonly made: number
  /** Of the processor. */
  readonly microseconds: number
}

/** The pages behind one stack, in a process of its own, and clients that ask for them in turn. */
export class Served {
  readonly stack: Stack
  readonly port: number
  readonly #child: ChildProcess
  readonly #connections: readonly LoadConnection[]
  #asked = 0
  /** How long each request took, in ns. */
  #latencies: number[] = []
  /** The processor's time for one request in each run, in ns. */
  #costs: number[] = []

  private constructor(stack: Stack, child: ChildProcess, port: number) {
    this.stack = stack
    this.port = port
    this.#child = child
    this.#connections = Array.from({ length: TOGETHER }, () => new LoadConnection(port))
  }

  static async start(stack: Stack, url: string): Promise<Served> {
    const child = fork(PROGRAM, [stack.framework, stack.name, url], {
      execArgv: [],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    const port = await new Promise<number>((resolve, reject) => {
      child.once('message', (message) => resolve(Number(message)))
      child.once('exit', () => reject(new Error(`the server of ${stack.framework} with ${stack.name} did not start`)))
    })
    return new Served(stack, child, port)
  }

  /** So many requests, each for the next page. */
  async ask(path: Path, requests: number): Promise<void> {
    const before = await this.done()
    let left = requests
    const one = async (connection: LoadConnection): Promise<void> => {
      while (left-- > 0) {
        const begun = performance.now()
        await connection.ask(`${path}/${this.#asked++ % PAGES}`)
        this.#latencies.push((performance.now() - begun) * 1e6)
      }
    }
    await awake(Promise.all(this.#connections.map(one)))
    const { microseconds } = await this.done()
    this.#costs.push(((microseconds - before.microseconds) * 1000) / requests)
  }

  /** What was measured since the last time, smallest first; the first half left out: the server was still warming up. */
  take(): { readonly latencies: readonly number[]; readonly costs: readonly number[] } {
    const [latencies, costs] = [this.#latencies, this.#costs].map((all) =>
      all.slice(all.length >> 1).sort((one, other) => one - other),
    )
    this.#latencies = []
    this.#costs = []
    return { latencies: latencies ?? [], costs: costs ?? [] }
  }

  /** Asks for each page once, as any client does. */
  async fill(path: Path): Promise<void> {
    await Promise.all(Array.from({ length: PAGES }, (_, n) => this.fetch(`${path}/${n}`)))
  }

  /** The answer to one request. */
  async fetch(target: string): Promise<{ readonly headers: Headers; readonly body: string }> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${target}`)
    const body = await answer.text()
    if (answer.status !== 200) throw new Error(`${this.stack.name} answered with ${answer.status}: ${body}`)
    return { headers: answer.headers, body }
  }

  async done(): Promise<Done> {
    const answer = once(this.#child, 'message')
    this.#child.send('done')
    const [done] = (await answer) as [Done] // What server.ts sends.
    return done
  }

  async end(): Promise<void> {
    for (const connection of this.#connections) connection.close()
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect()
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 2000)
    await exited
    clearTimeout(late)
  }
}

/**
 * Polls until it is done. Waking a client that sleeps is charged to the server that writes, and costs about as much as an
 * answer: only of those that are slow enough for their clients to fall asleep.
 */
async function awake(work: Promise<unknown>): Promise<void> {
  let done = false
  const poll = (): void => {
    if (!done) setImmediate(poll)
  }
  poll()
  try {
    await work
  } finally {
    done = true
  }
}
