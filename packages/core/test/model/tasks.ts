/** Something a task waits for. */
export interface Wait {
  ready(now: number): boolean
  /** Told which task waits, where the thing waited for lets it go on by itself. */
  heldBy?(task: Task): void
}

/** A running piece of the protocol: each `yield` is a point where everything else may happen. */
export type Steps<T> = Generator<Wait, T, void>

/** Waits until an instant. */
export function* until(at: number): Steps<void> {
  yield { ready: (now) => now >= at }
}

/** A coroutine between two of its waits. */
export class Task {
  readonly #steps: Steps<void>
  #wait: Wait | undefined

  constructor(steps: Steps<void>) {
    this.#steps = steps
  }

  get done(): boolean {
    return this.#wait === undefined
  }

  ready(now: number): boolean {
    return this.#wait !== undefined && this.#wait.ready(now)
  }

  /** Runs to the next wait. */
  run(): void {
    const step = this.#steps.next()
    this.#wait = step.done === true ? undefined : step.value
    this.#wait?.heldBy?.(this)
  }
}

/** The tasks of one process. */
export class Tasks {
  #live: Task[] = []

  /** Starts a task; it runs to its first wait at once. */
  spawn(steps: Steps<void>): void {
    const task = new Task(steps)
    task.run()
    if (!task.done) this.#live.push(task)
  }

  get size(): number {
    return this.#live.length
  }

  /** Adds to `into` what can go on now. */
  collect(now: number, into: { run(): void }[]): void {
    let kept = 0
    for (const task of this.#live) {
      if (task.done) continue
      this.#live[kept++] = task
      if (task.ready(now)) into.push(task)
    }
    this.#live.length = kept
  }

  /** Ends them where they wait. */
  drop(): void {
    this.#live = []
  }
}
