import { isPromise } from './after.ts'
import { abortCapture, BodyCaptures } from './body-captures.ts'
import type { Capture, HeaderList, LeavingHead, Reply, Settlement } from './exchange.ts'
import type { Settle } from './policy-use.ts'
import { problemOf, problemReply } from './problem.ts'
import type { SettledHeaders } from './settled-headers.ts'

/** What becomes of a head that wants to leave, and of the body behind it. The headers are on the response by then. */
export interface Verdict {
  readonly captures: readonly Capture[]
  /** What leaves in place of all that the handler writes. */
  readonly replacement: Pick<Reply, 'status' | 'body'> | undefined
  /** What the handler writes nonetheless; undefined where nobody wants to see it. */
  readonly hidden: HiddenBody | undefined
}

/** The body of an answer that another one took the place of. */
export interface HiddenBody {
  readonly captures: readonly Capture[]
  /** That it would have left with. */
  readonly status: number
  /** What its head said of its length. */
  readonly length: number | undefined
}

/** Has the policies of one response settle, the last one first. */
export class Settling {
  readonly #settles: readonly Settle[]
  readonly #headers: SettledHeaders
  readonly #failed: (error: unknown) => void
  #status = 200
  #captures: readonly Capture[] = []
  #replacement: Reply | undefined
  #hidden: HiddenBody | undefined

  constructor(settles: readonly Settle[], headers: SettledHeaders, failed: (error: unknown) => void) {
    this.#settles = settles
    this.#headers = headers
    this.#failed = failed
  }

  /** Never rejects: a policy that fails has the answer replaced. */
  settle(status: number): Verdict | Promise<Verdict> {
    this.#headers.leave()
    this.#status = status
    return this.#settleFrom(this.#settles.length - 1, status)
  }

  /** When a handler has written more than is held. */
  tooMuch(): Verdict {
    this.#replace(problemReply({ status: 500 }))
    return this.#verdict()
  }

  #settleFrom(n: number, status: number): Verdict | Promise<Verdict> {
    const settle = this.#settles[n]
    if (settle === undefined) return this.#verdict()
    const given = this.#headers.givenCount
    const goOn = (): Verdict | Promise<Verdict> => this.#settleFrom(n - 1, this.#replacement?.status ?? status)
    const settled = (settlement: Settlement): Verdict | Promise<Verdict> => {
      this.#take(settlement)
      return goOn()
    }
    const failed = (error: unknown): Verdict | Promise<Verdict> => {
      tell(this.#failed, error)
      this.#headers.takeBack(given)
      this.#replace(problemOf(error))
      return goOn()
    }
    let settlement: Settlement | Promise<Settlement>
    try {
      settlement = settle(new Head(status, this.#headers))
    } catch (error) {
      return failed(error)
    }
    return isPromise(settlement) ? settlement.then(settled, failed) : settled(settlement)
  }

  #take(settlement: Settlement): void {
    if (settlement?.type === 'capture') this.#captures = [...this.#captures, settlement.capture]
    else if (settlement?.type === 'replace') this.#replace(settlement.reply, settlement.capture)
  }

  #replace(reply: Reply, capture?: Capture): void {
    if (capture === undefined) this.#abort()
    else this.#hide([...this.#captures, capture])
    this.#captures = []
    this.#replacement = reply
    this.#headers.startOver()
    this.#headers.giveReply(reply)
  }

  /** They were to have the answer that does not leave. */
  #abort(): void {
    for (const capture of [...this.#captures, ...(this.#hidden?.captures ?? [])])
      abortCapture(capture, new Error('Another answer took the place of this one'))
    this.#hidden = undefined
  }

  /** They have it nonetheless: what the handler writes, or what a policy replied, which is there as a whole. */
  #hide(captures: readonly Capture[]): void {
    if (this.#replacement === undefined) {
      const length = this.#headers.get('content-length')
      this.#hidden = { captures, status: this.#status, length: length === undefined ? undefined : Number(length) }
      return
    }
    const { body } = this.#replacement
    const shown = new BodyCaptures(captures, undefined)
    if (body !== undefined) shown.write(typeof body === 'string' ? new TextEncoder().encode(body) : body)
    void shown.end()
  }

  #verdict(): Verdict {
    return { captures: this.#captures, replacement: this.#replacement, hidden: this.#hidden }
  }
}

class Head implements LeavingHead {
  readonly status: number
  readonly #headers: SettledHeaders

  constructor(status: number, headers: SettledHeaders) {
    this.status = status
    this.#headers = headers
  }

  get headers(): HeaderList {
    return this.#headers.list()
  }

  header(name: string): string | undefined {
    return this.#headers.get(name)
  }
}

/** Who is told of a failure and fails as well harms nobody else: somebody waits for the answer. */
export function tell(failed: (error: unknown) => void, error: unknown): void {
  try {
    failed(error)
  } catch {
    // There is nobody left to be told.
  }
}
