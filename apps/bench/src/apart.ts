import { type ChildProcess, fork } from 'node:child_process'
import type { Contender } from './rounds.ts'

/** A contender in a process of its own, as an application has it that uses no other. */
export class Apart<Told> implements Contender {
  readonly name: string
  readonly #child: ChildProcess
  readonly #heed: (told: Told) => void

  private constructor(child: ChildProcess, name: string, heed: (told: Told) => void) {
    this.name = name
    this.#child = child
    this.#heed = heed
  }

  /**
   * @param program calls {@link serveApart}.
   * @param heed is given what the process tells of each run.
   */
  static async start<Told>(
    program: string,
    given: readonly string[],
    heed: (told: Told) => void,
  ): Promise<Apart<Told>> {
    const child = fork(program, given, { execArgv: [], env: { ...process.env, NODE_ENV: 'production' } })
    return new Apart(child, String(await wordOf(child)), heed)
  }

  async run(operations: number): Promise<void> {
    const word = wordOf(this.#child)
    this.#child.send(operations)
    // The two programs are of one make.
    this.#heed((await word) as Told)
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect()
  }
}

/** The other side: what is done so often as is asked for, and told of it. Ends with the process that asks. */
export function serveApart(name: string, run: (operations: number) => Promise<unknown>): void {
  process.on('message', (operations) => {
    run(Number(operations)).then(
      (told) => process.send?.(told),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
  process.on('disconnect', () => process.exit())
  process.send?.(name)
}

async function wordOf(child: ChildProcess): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const failed = (): void => reject(new Error('the process of a contender ended'))
    child.once('exit', failed)
    child.once('message', (word) => {
      child.off('exit', failed)
      resolve(word)
    })
  })
}
