import { isPromise } from './after.ts'
import { abortCapture } from './body-captures.ts'
import type { Capture, HeaderList, LeavingHead, Reply, Settlement } from './exchange.ts'
import type { Settle } from './policy-use.ts'
import { problemOf, problemReply } from './problem.ts'
import type { SettledHeaders } from './settled-headers.ts'

/** What becomes of a head that wants to leave, and of the body behind it. The headers are on the response by then. */
export interface Verdict {
  readonly captures: readonly Capture[]
  /** What leaves in place of all that the handler writes. */
  readonly replacement: Pick<Reply, 'status' | 'body'> | undefined
}

/** Has the policies of one response settle, the last one first. */
export class Settling {
  readonly #settles: readonly Settle[]
  readonly #headers: SettledHeaders
  readonly #failed: (error: unknown) => void
  #captures: readonly Capture[] = []
  #replacement: Reply | undefined

  constructor(settles: readonly Settle[], headers: SettledHeaders, failed: (error: unknown) => void) {
    this.#settles = settles
    this.#headers = headers
    this.#failed = failed
  }

  /** Never rejects: a policy that fails has the answer replaced. */
  settle(status: number): Verdict | Promise<Verdict> {
    this.#headers.leave()
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
    else if (settlement?.type === 'replace') this.#replace(settlement.reply)
  }

  #replace(reply: Reply): void {
    // They were to have the answer that does not leave.
    for (const capture of this.#captures) abortCapture(capture, new Error('Another answer took the place of this one'))
    this.#captures = []
    this.#replacement = reply
    this.#headers.startOver()
    this.#headers.giveReply(reply)
  }

  #verdict(): Verdict {
    return { captures: this.#captures, replacement: this.#replacement }
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
