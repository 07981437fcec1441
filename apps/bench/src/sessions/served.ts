import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { HttpConnection } from './http-connection.ts'
import type { Stack } from './stacks.ts'

/** Requests that are under way at a time. */
const TOGETHER = 32
/** People whose sessions are used in turn. */
export const PEOPLE = 200
/** Asked for by people who have no cookie. */
export const ANONYMOUS = '/plain'

/** What is run is what the compiler wrote. */
const PROGRAM = join(import.meta.dirname, '../../dist/sessions/server.js')

/** The application with one stack, in a process of its own, and people who use it. */
export class Served {
  readonly stack: Stack
  readonly #child: ChildProcess
  readonly #connections: readonly HttpConnection[]
  readonly #cookies: string[] = []
  /** How long each request took, in ns. */
  #latencies: number[] = []

  private constructor(stack: Stack, child: ChildProcess, port: number) {
    this.stack = stack
    this.#child = child
    this.#connections = Array.from({ length: TOGETHER }, () => new HttpConnection(port))
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
    const served = new Served(stack, child, port)
    if (stack.name !== 'none') await served.#signIn()
    return served
  }

  /** So many requests of a path, each by the next of the people; of {@link ANONYMOUS} by nobody who was there before. */
  async ask(path: string, requests: number): Promise<void> {
    let left = requests
    const one = async (connection: HttpConnection): Promise<void> => {
      while (left-- > 0) {
        const begun = process.hrtime.bigint()
        await connection.ask('GET', path, path === ANONYMOUS ? '' : (this.#cookies[left % PEOPLE] ?? ''))
        this.#latencies.push(Number(process.hrtime.bigint() - begun))
      }
    }
    await Promise.all(this.#connections.map(one))
  }

  /** What was measured since the last time, in order. */
  takeLatencies(): readonly number[] {
    const latencies = this.#latencies
    this.#latencies = []
    return latencies.sort((one, other) => one - other)
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

  async #signIn(): Promise<void> {
    const [connection] = this.#connections
    for (let person = 0; person < PEOPLE; person++) {
      const answer = await connection?.ask('POST', '/log-in', '')
      // Some sign theirs in a second one.
      const set = [...(answer ?? '').matchAll(/\r\nset-cookie: ([^;\r]+)/gi)]
      this.#cookies.push(set.map(([, cookie]) => cookie).join('; '))
    }
  }
}
