import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FromWorker, Orders, ToWorker } from './messages.ts'

/** How long a process may take to get ready, and to end, in ms. */
const PATIENCE = 30_000

/** How long to wait for a load under a lease, in ms. */
const MOST_UNTIL_HELD = 2000

export type Ended = FromWorker & { readonly kind: 'ended' }

/** A worker process as its parent sees it. */
export class WorkerProcess {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  readonly #ready: Promise<void>

  /** @param onMessage hears everything that it tells. */
  constructor(program: string, onMessage: (message: FromWorker) => void) {
    this.#child = fork(program, {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const child = this.#child
    const gone = new Promise<never>((_, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => reject(new Error(`a worker process ended with ${code ?? signal}`)))
    })
    this.#ready = Promise.race([heard(child, 'ready').then(() => undefined), gone])
    this.ended = Promise.race([heard(child, 'ended'), gone])
    // Looked at only at the end.
    this.#ready.catch(() => undefined)
    this.ended.catch(() => undefined)
    child.on('message', (message: FromWorker) => onMessage(message))
  }

  async start(orders: Orders): Promise<void> {
    await within(this.#ready)
    this.tell({ kind: 'start', orders })
  }

  tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message)
  }

  /** Stops it as it stands; nothing in it notices. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** Kills it in the middle of a load under a lease, if one begins soon. */
  async killLoading(): Promise<boolean> {
    const holding = heard(this.#child, 'holding')
    this.tell({ kind: 'hold' })
    const held = await Promise.race([holding.then(() => true), sleep(MOST_UNTIL_HELD, false)])
    await this.kill()
    return held
  }

  /** Lets it end what it does, and returns what it told last. */
  async finish(explain: (ToWorker & { readonly kind: 'end' })['explain']): Promise<Ended> {
    this.thaw()
    this.tell({ kind: 'end', ...(explain !== undefined && { explain }) })
    return within(this.ended)
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }
}

function heard<K extends FromWorker['kind']>(child: ChildProcess, kind: K): Promise<FromWorker & { readonly kind: K }> {
  return new Promise((resolve) => {
    child.on('message', (message: FromWorker) => {
      // Compared right here, which the compiler does not carry over to the whole of a union.
      if (message.kind === kind) resolve(message as FromWorker & { readonly kind: K })
    })
  })
}

async function within<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a worker process did not answer within ${PATIENCE} ms`)), PATIENCE)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
