import type { HttpExchange } from '../exchange.ts'
import type { Normalisers } from '../caching/vary.ts'
import type { RequestDirectives } from '../caching/request-directives.ts'
import type { InputAudit } from './input-audit.ts'

/** Headers that ask for less than the whole answer: those of a handler whose answer is to be stored must not. */
const PARTIAL = ['if-none-match', 'if-modified-since', 'range', 'if-range'] as const

/** A request as it came, whatever is then hidden from its handler. */
export class Asked<Context> {
  readonly exchange: HttpExchange
  readonly context: Context
  readonly method: string
  /** Of the page, before `Vary`. */
  readonly path: string
  /** Of RFC 9111 5.2.1; undefined where requests have no say. */
  readonly directives: RequestDirectives | undefined
  /** Undefined where nobody wants to know what its handler looks at. */
  readonly audit: InputAudit | undefined
  #hidden: ReadonlyMap<string, string | undefined> | undefined

  constructor(
    exchange: HttpExchange,
    context: Context,
    path: string,
    directives: RequestDirectives | undefined,
    audit: InputAudit | undefined,
  ) {
    this.exchange = exchange
    this.context = context
    this.method = exchange.method
    this.path = path
    this.directives = directives
    this.audit = audit
  }

  /** What {@link Asked.askForAll} takes away is still there. */
  header(name: string): string | undefined {
    return this.#hidden?.has(name) === true ? this.#hidden.get(name) : this.exchange.header(name)
  }

  /** Has the handler give all of its answer, and see of what tells variants apart no more than that. */
  askForAll(normalise: Normalisers): void {
    const { exchange } = this
    this.#hidden ??= new Map(PARTIAL.map((name) => [name, exchange.header(name)]))
    for (const [name, value] of this.#hidden) if (value !== undefined) exchange.setRequestHeader(name, undefined)
    for (const [name, ofValue] of Object.entries(normalise)) {
      const value = exchange.header(name)
      if (value !== undefined) exchange.setRequestHeader(name, ofValue(value))
    }
  }
}
