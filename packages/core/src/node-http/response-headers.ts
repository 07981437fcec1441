import { Buffer } from 'node:buffer'
import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { HeaderList, Reply } from '../http/exchange.ts'
import type { GivenHeader, SettledHeaders } from '../http/settled-headers.ts'
import { changeHeaders } from './as-sent.ts'
import { hasNoBody } from './no-body.ts'

/** By their names in lower case. */
export type HeaderMap = Readonly<Record<string, OutgoingHttpHeader | undefined>>

/** Where a framework keeps headers until it writes the head; most frameworks have them on the response at once. */
export interface KeptHeaders {
  /** Those of the response included. */
  all(): HeaderMap
  set(name: string, value: string): void
  append(name: string, value: string): void
  /** From the response as well. */
  remove(name: string): void
}

/** The headers of a response: those from before the policies, those that policies gave, and all that a handler set. */
export class ResponseHeaders implements SettledHeaders {
  readonly #response: ServerResponse
  #kept: KeptHeaders | undefined
  #before: HeaderMap | undefined
  readonly #given: GivenHeader[] = []
  #giving = false

  constructor(response: ServerResponse, kept?: KeptHeaders) {
    this.#response = response
    this.#kept = kept
  }

  /** It is a policy that changes them right now: a hold forbids it to handlers, who are too late. */
  get giving(): boolean {
    return this.#giving
  }

  /** Those of now are the ones to start over with, unless a policy gave one already. */
  remember(): void {
    this.#before ??= this.#kept?.all() ?? this.#response.getHeaders()
  }

  /** The head is to leave: whatever a framework kept is on the response. */
  leave(): void {
    this.#kept = undefined
  }

  /** All of one name, joined. */
  get(name: string): string | undefined {
    const value = this.#response.getHeader(name)
    return Array.isArray(value) ? value.join(', ') : value === undefined ? undefined : String(value)
  }

  /** All of them, in order. */
  list(): HeaderList {
    const all: (readonly [string, string])[] = []
    const headers = this.#response.getHeaders()
    for (const name in headers) for (const value of valuesOf(headers[name])) all.push([name, value])
    return all
  }

  give(header: GivenHeader): void {
    this.remember()
    this.#given.push(header)
    const kept = this.#kept
    if (kept === undefined) this.#change((response) => apply(response, header))
    else if (header.value === undefined) kept.remove(header.name)
    else if (header.replaces) kept.set(header.name, header.value)
    else kept.append(header.name, header.value)
  }

  /** How many policies have given so far, for {@link takeBack}. */
  get givenCount(): number {
    return this.#given.length
  }

  /** Forgets what was given since; it leaves the response with the next {@link startOver}. */
  takeBack(count: number): void {
    this.#given.length = count
  }

  /** Gives once more what is missing of it: some frameworks take all headers away before they answer an error. */
  giveAgain(): void {
    this.#change((response) => {
      for (const [n, header] of this.#given.entries()) {
        const isTaken = this.#given.some((later, at) => at > n && takesAway(later, header))
        if (!isTaken && isMissing(response, header)) apply(response, header)
      }
    })
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
  giveReply(reply: Reply): void {
    const { status, headers, body } = reply
    if (reply.complete === true)
      return this.#change((response) => {
        for (const [name, value] of headers) response.setHeader(name, value)
      })
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
  if (value === undefined) response.removeHeader(name)
  else if (replaces) response.setHeader(name, value)
  else response.appendHeader(name, value)
}

function takesAway({ name, value }: GivenHeader, given: GivenHeader): boolean {
  return value === undefined && name.toLowerCase() === given.name.toLowerCase()
}

function isMissing(response: ServerResponse, { name, value, replaces }: GivenHeader): boolean {
  if (value === undefined) return false
  return replaces ? !response.hasHeader(name) : !valuesOf(response.getHeader(name)).includes(value)
}

function valuesOf(value: OutgoingHttpHeader | undefined): readonly string[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [String(value)]
}
