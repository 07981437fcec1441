import { Buffer } from 'node:buffer'
import { setTimeout } from 'node:timers/promises'
import type { HttpAppElsewhere } from './adapter.ts'
import type { Captured } from './policies.ts'
import type { Doings } from './routes.ts'

/** Keeps what is known here of an app in another process up to date while a test runs. */
export class Following {
  readonly #update: () => Promise<void>
  readonly #ended = new AbortController()
  readonly #running: Promise<void>
  #last: Promise<void> = Promise.resolve()

  constructor(elsewhere: HttpAppElsewhere, doings: Doings, captured: Captured[]) {
    this.#update = async () => await follow(elsewhere, doings, captured)
    this.#running = this.#run()
  }

  /** Resolves when all is known that was there at this moment. */
  async catchUp(): Promise<void> {
    // One after the other: a report that was asked for earlier must not undo a later one.
    this.#last = this.#last.then(this.#update)
    await this.#last
  }

  async end(): Promise<void> {
    this.#ended.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended
    while (!signal.aborted) {
      await this.catchUp()
      await setTimeout(20, undefined, { signal }).catch(() => undefined)
    }
  }
}

async function follow(elsewhere: HttpAppElsewhere, doings: Doings, captured: Captured[]): Promise<void> {
  const whole = captured.flatMap(({ outcome }, n) => (outcome === undefined ? [] : [n]))
  const report = await elsewhere.report(whole)
  Object.assign(doings, { streamed: report.streamed, streamEnded: report.streamEnded })
  doings.handled.splice(0, Infinity, ...report.handled)
  for (const [n, { target, head, body, outcome, calls }] of report.captured.entries()) {
    const capture = (captured[n] ??= { target, head, chunks: [], outcome: undefined, calls: 0 })
    if (body !== undefined) capture.chunks.push(Buffer.from(body, 'base64'))
    Object.assign(capture, { outcome, calls })
  }
}
