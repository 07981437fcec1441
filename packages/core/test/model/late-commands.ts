import type { Context } from './context.ts'

/** Commands whose clients no longer wait. */
export class LateCommands {
  /** True while one of them runs. */
  running = false
  readonly #context: Context
  readonly #waiting: { readonly at: number; readonly run: () => void }[] = []

  constructor(context: Context) {
    this.#context = context
  }

  add(at: number, run: () => void): void {
    this.#waiting.push({ at, run })
  }

  runDue(): void {
    const due = this.#waiting[0]
    if (due === undefined || due.at > this.#context.now) return
    this.#waiting.shift()
    this.#context.note(() => 'a command that timed out runs late')
    this.running = true
    due.run()
    this.running = false
  }
}
