import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { InvalidationTarget, Reached } from '../../src/index.ts'

/** What a process of one version is started with. */
export interface Orders {
  /** The version, part of every value that it loads. */
  readonly label: string
  readonly url: string
  readonly app: string
  readonly consistency: 'bounded' | 'strict'
  /** Milliseconds. */
  readonly maxStaleness: number
}

/** A value: who loaded it, and the row's number then. */
export interface Loaded {
  readonly by: string
  readonly row: number
}

/** What happened in a process since it told last. */
export interface Told {
  loads: number
  hits: number
  /** Misses because of bytes of the other version. */
  unreadable: number
  readonly errors: string[]
}

export type Asked =
  | { readonly do: 'read'; readonly key: string }
  | { readonly do: 'invalidate'; readonly target: InvalidationTarget; readonly strategy: 'immediate' | 'lazy' }
  | { readonly do: 'clear' }
  /** Goes on with a new instance, which holds nothing in memory. */
  | { readonly do: 'renew' }
  | { readonly do: 'tell' }

export type Replied = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string }

interface Waiter {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** A process of one version. Everything asked of it rejects when it fails there, and when the process ends. */
export class VersionProcess {
  readonly label: string
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiter>()
  #asked = 0

  constructor(program: string, orders: Orders) {
    this.label = orders.label
    this.#child = fork(program, [JSON.stringify(orders)], { execArgv: [], serialization: 'advanced' })
    this.#child.on('message', (replied: Replied) => this.#hear(replied))
    this.#child.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${this.label} ended with ${code ?? signal}`))
    })
  }

  read(key: string): Promise<Loaded> {
    return this.#ask({ do: 'read', key })
  }

  invalidate(target: InvalidationTarget, strategy: 'immediate' | 'lazy' = 'immediate'): Promise<Reached> {
    return this.#ask({ do: 'invalidate', target, strategy })
  }

  clear(): Promise<Reached> {
    return this.#ask({ do: 'clear' })
  }

  renew(): Promise<void> {
    return this.#ask({ do: 'renew' })
  }

  tell(): Promise<Told> {
    return this.#ask({ do: 'tell' })
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  /** Typed by the methods above, each beside what the child answers to it. */
  #ask<T>(what: Asked): Promise<T> {
    const id = (this.#asked += 1)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as T), reject })
      if (this.#child.exitCode === null) this.#child.send({ id, what })
      else reject(new Error(`${this.label} has ended`))
    })
  }

  #hear(replied: Replied): void {
    const waiter = this.#waiting.get(replied.id)
    this.#waiting.delete(replied.id)
    if ('error' in replied) waiter?.reject(new Error(`${this.label}: ${replied.error}`))
    else waiter?.resolve(replied.value)
  }
}
