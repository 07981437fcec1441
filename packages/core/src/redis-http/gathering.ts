import { unanswered } from './failures.ts'

/** A command as JSON has it. */
export type Words = readonly [command: string, ...args: string[]]

/** Sends commands in one request, which ends with the signal; what came of each, in their order. */
export type SendWords<Outcome> = (commands: readonly Words[], signal: AbortSignal) => Promise<readonly Outcome[]>

interface Part<Outcome> {
  readonly commands: readonly Words[]
  readonly size: number
  readonly signal: AbortSignal
  readonly resolve: (outcomes: readonly Outcome[]) => void
  readonly reject: (error: unknown) => void
}

/** The most of one request: commands, and characters of these. What is larger by itself goes alone. */
const MOST_COMMANDS = 100
const MOST_CHARACTERS = 64 * 1024

/**
 * Has what is asked in one turn of the event loop go out in few requests: a connection for each of a thousand calls would
 * cost more than the calls. Nothing waits for an earlier request, since there are places where none may wait for another.
 */
export class Gathering<Outcome> {
  readonly #send: SendWords<Outcome>
  #parts: Part<Outcome>[] = []

  constructor(send: SendWords<Outcome>) {
    this.#send = send
  }

  /**
   * Sends commands that stay together, soon.
   *
   * @param signal ends the wait for them; their request ends when nobody waits for any part of it.
   */
  add(commands: readonly Words[], signal: AbortSignal): Promise<readonly Outcome[]> {
    return new Promise((resolve, reject) => {
      if (this.#parts.length === 0) queueMicrotask(() => this.#flush())
      this.#parts.push({ commands, size: sizeOf(commands), signal, resolve, reject })
    })
  }

  #flush(): void {
    const parts = this.#parts
    this.#parts = []
    let group: Part<Outcome>[] = []
    let [commands, size] = [0, 0]
    for (const part of parts) {
      const isFull = commands + part.commands.length > MOST_COMMANDS || size + part.size > MOST_CHARACTERS
      if (isFull && group.length > 0) {
        void this.#request(group)
        group = []
        commands = size = 0
      }
      group.push(part)
      commands += part.commands.length
      size += part.size
    }
    void this.#request(group)
  }

  async #request(parts: readonly Part<Outcome>[]): Promise<void> {
    const request = new AbortController()
    const waiting = new Set(parts)
    const left = (part: Part<Outcome>): void => {
      waiting.delete(part)
      if (waiting.size === 0) request.abort()
    }
    for (const part of parts) {
      if (part.signal.aborted) left(part)
      else part.signal.addEventListener('abort', () => left(part), { once: true })
    }
    try {
      if (request.signal.aborted) throw unanswered('nobody waited for it any more')
      const outcomes = await this.#send(
        parts.flatMap((part) => part.commands),
        request.signal,
      )
      let at = 0
      for (const { commands, resolve } of parts) resolve(outcomes.slice(at, (at += commands.length)))
    } catch (error) {
      for (const { reject } of parts) reject(error)
    }
  }
}

function sizeOf(commands: readonly Words[]): number {
  return commands.reduce((sum, words) => words.reduce((size, word) => size + word.length, sum), 0)
}
