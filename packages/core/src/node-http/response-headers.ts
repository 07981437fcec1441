import { Buffer } from 'node:buffer'
import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { HeaderList, Reply } from '../http/exchange.ts'
import { changeHeaders } from './as-sent.ts'
import { hasNoBody } from './no-body.ts'

/** A header that a policy gave. */
export interface GivenHeader {
  readonly name: string
  readonly value: string
  /** In place of all others of its name. */
  readonly replaces: boolean
}

/** The headers of a response: those from before the policies, those that policies gave, and all that a handler set. */
export class ResponseHeaders {
  readonly #response: ServerResponse
  #before: ReturnType<ServerResponse['getHeaders']> | undefined
  readonly #given: GivenHeader[] = []
  #giving = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** It is a policy that changes them right now: a hold forbids it to handlers, who are too late. */
  get giving(): boolean {
    return this.#giving
  }

  /** Those of now are the ones to start over with, unless a policy gave one already. */
  remember(): void {
    this.#before ??= this.#response.getHeaders()
  }

  /** All of one name, joined. */
  get(name: string): string | undefined {
    const value = this.#response.getHeader(name)
    return Array.isArray(value) ? value.join(', ') : value === undefined ? undefined : String(value)
  }

  /** All of them, in order. */
  list(): HeaderList {
    return Object.entries(this.#response.getHeaders()).flatMap(([name, value]) =>
      valuesOf(value).map((one) => [name, one] as const),
    )
  }

  give(header: GivenHeader): void {
    this.remember()
    this.#given.push(header)
    this.#change((response) => apply(response, header))
  }

  /** How many policies have given so far, for {@link takeBack}. */
  get givenCount(): number {
    return this.#given.length
  }

  /** Forgets what was given since; it leaves the response with the next {@link startOver}. */
  takeBack(count: number): void {
    this.#given.length = count
  }

  /** Takes away all that the handler set, and puts back what was there before and what policies gave. */
  startOver(): void {
    this.#change((response) => {
      for (const name of response.getHeaderNames()) response.removeHeader(name)
      for (const [name, value] of Object.entries(this.#before ?? {}))
        if (value !== undefined) response.setHeader(name, value)
      for (const header of this.#given) apply(response, header)
    })
  }

  /** Adds those of a reply, its length among them. `Set-Cookie` stands beside others, all else takes their place. */
  giveReply({ status, headers, body }: Reply): void {
    this.#change((response) => {
      const seen = new Set(['set-cookie'])
      for (const [name, value] of headers) {
        apply(response, { name, value, replaces: !seen.has(name.toLowerCase()) })
        seen.add(name.toLowerCase())
      }
      // HEAD tells the length that GET would have.
      if (!hasNoBody('GET', status))
        response.setHeader('content-length', body === undefined ? 0 : Buffer.byteLength(body))
    })
  }

  #change(change: (response: ServerResponse) => void): void {
    this.#giving = true
    try {
      changeHeaders(this.#response, () => change(this.#response))
    } finally {
      this.#giving = false
    }
  }
}

function apply(response: ServerResponse, { name, value, replaces }: GivenHeader): void {
  if (replaces) response.setHeader(name, value)
  else response.appendHeader(name, value)
}

function valuesOf(value: OutgoingHttpHeader | undefined): readonly string[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [String(value)]
}
