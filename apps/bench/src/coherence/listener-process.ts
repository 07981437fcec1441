import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { InstanceName } from './instances.ts'

/** A process that runs `listeners.ts`. */
export interface ListenerProcess {
  /**
   * Its next answer, after sending it `heard` where that is given: the instants that its listeners told.
   *
   * @throws Error when it has ended, or says nothing for 30 s.
   */
  answer(heard?: number): Promise<readonly number[]>
  end(): Promise<void>
}

export interface ListenersOptions {
  readonly name: InstanceName
  readonly url: string
  /** How many listeners. */
  readonly count: number
  /** How many entries each of them reads. */
  readonly entries: number
}

const LONGEST_ANSWER = 30_000
/** What is run is what the compiler wrote. */
const PROGRAM = fileURLToPath(new URL('./listeners.js', import.meta.url))

export function startListeners({ name, url, count, entries }: ListenersOptions): ListenerProcess {
  const child = fork(PROGRAM, [name, url, String(count), String(entries)], { execArgv: [] })
  return {
    answer(heard) {
      const next = nextMessage(child)
      if (heard !== undefined) child.send(heard)
      return next
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      // It ends with its connection; a busy one that does not is killed.
      if (child.connected) child.disconnect()
      const late = setTimeout(() => child.kill('SIGKILL'), 2000)
      await exited
      clearTimeout(late)
    },
  }
}

function nextMessage(child: ChildProcess): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      clearTimeout(late)
      child.off('message', told).off('exit', ended)
      then()
    }
    // listeners.ts sends nothing but arrays of numbers.
    const told = (message: unknown): void => settle(() => resolve(message as readonly number[]))
    const ended = (): void => settle(() => reject(new Error('a process of listeners ended too early')))
    const late = setTimeout(
      () => settle(() => reject(new Error(`listeners have not heard everything after ${LONGEST_ANSWER} ms`))),
      LONGEST_ANSWER,
    )
    child.once('message', told).once('exit', ended)
    if (!child.connected) ended()
  })
}
