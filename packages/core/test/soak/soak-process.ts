import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Done, Footprint, FromChild, Orders, ToChild } from './messages.ts'

/** How long the process may take to answer, in ms. It waits for up to a minute for what was done to it to be over. */
const PATIENCE = 120_000

/** The process under test as its parent sees it. */
export class SoakProcess {
  readonly #child: ChildProcess
  readonly #failed: Promise<never>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#failed = new Promise((_, reject) => {
      child.on('message', (message: FromChild) => {
        if (message.kind === 'failed') reject(new Error(message.text))
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => reject(new Error(`the process ended with ${code ?? signal}`)))
    })
    // Looked at whenever something is waited for.
    this.#failed.catch(() => undefined)
  }

  static async start(program: string, orders: Orders): Promise<SoakProcess> {
    const child = fork(program, { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const started = new SoakProcess(child)
    await started.#heard('ready')
    started.#tell({ kind: 'start', orders })
    return started
  }

  work(): void {
    this.#tell({ kind: 'work' })
  }

  /** Lets it end what it does, and measures it. */
  async rest(): Promise<Footprint> {
    this.#tell({ kind: 'rest' })
    const { footprint } = await this.#heard('rested')
    return footprint
  }

  /** Closes everything in it. Rejects unless the process then ends by itself, since nothing keeps it alive any more. */
  async end(): Promise<Done> {
    this.#tell({ kind: 'end' })
    const { done } = await this.#heard('ended')
    const exit = once(this.#child, 'exit', { signal: AbortSignal.timeout(PATIENCE) })
    this.#child.disconnect()
    const [code] = await exit
    if (code !== 0) throw new Error(`the process ended with ${String(code)}`)
    return done
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  #tell(message: ToChild): void {
    this.#child.send(message)
  }

  #heard<K extends FromChild['kind']>(kind: K): Promise<FromChild & { readonly kind: K }> {
    const heard = new Promise<FromChild & { readonly kind: K }>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the process was not ${kind} within ${PATIENCE} ms`)), PATIENCE)
      const listen = (message: FromChild): void => {
        if (message.kind !== kind) return
        clearTimeout(timer)
        this.#child.off('message', listen)
        // Compared right here, which the compiler does not carry over to the whole of a union.
        resolve(message as FromChild & { readonly kind: K })
      }
      this.#child.on('message', listen)
    })
    return Promise.race([heard, this.#failed])
  }
}
