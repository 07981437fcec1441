import type { HttpExchange } from '../exchange.ts'
import type { Normalisers } from '../caching/vary.ts'
import type { RequestDirectives } from '../caching/request-directives.ts'

/** A request as it came, whatever is then hidden from its handler. */
export interface Asked<Context> {
  readonly exchange: HttpExchange
  readonly context: Context
  readonly method: string
  /** Of the page, before `Vary`. */
  readonly path: string
  readonly header: (name: string) => string | undefined
  /** Of RFC 9111 5.2.1; undefined where requests have no say. */
  readonly directives: RequestDirectives | undefined
}

/** Headers that ask for less than the whole answer: those of a handler whose answer is to be stored must not. */
const PARTIAL = ['if-none-match', 'if-modified-since', 'range', 'if-range'] as const

/** The same request, with what {@link askForAll} takes away still there. */
export function askedOf<Context>(
  exchange: HttpExchange,
  context: Context,
  path: string,
  directives: RequestDirectives | undefined,
): Asked<Context> {
  const partial = new Map<string, string | undefined>(PARTIAL.map((name) => [name, exchange.header(name)]))
  const header = (name: string): string | undefined => (partial.has(name) ? partial.get(name) : exchange.header(name))
  return { exchange, context, method: exchange.method, path, header, directives }
}

/** Has the handler give all of its answer, and see of what tells variants apart no more than that. */
export function askForAll(
  { exchange, header }: Pick<Asked<unknown>, 'exchange' | 'header'>,
  normalise: Normalisers,
): void {
  for (const name of PARTIAL) if (header(name) !== undefined) exchange.setRequestHeader(name, undefined)
  for (const [name, ofValue] of Object.entries(normalise)) {
    const value = header(name)
    if (value !== undefined) exchange.setRequestHeader(name, ofValue(value))
  }
}
