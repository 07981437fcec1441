import type { HeaderList, Reply } from '../exchange.ts'
import type { GivenHeader, SettledHeaders } from '../settled-headers.ts'

/** The headers of an answer while policies settle; the answer of a handler is not changed by them. */
export class FetchHeaders implements SettledHeaders {
  #before: HeaderList = []
  readonly #given: GivenHeader[] = []
  /** Of the answer that is to leave, as it is until a policy gives one; there is none before the handler has answered. */
  #current: Headers | undefined
  #isOwn = false

  /** @param before what middleware in front has set; to be told before a handler sets any. */
  remember(before: Headers): void {
    this.#before = [...before]
  }

  /** Goes on with those of an answer, which are not changed. */
  begin(answer: Headers): void {
    this.#current = answer
    this.#isOwn = false
    if (this.#given.length > 0) this.#own()
  }

  /** Those that leave. */
  get leaving(): Headers {
    return (this.#current ??= this.#own())
  }

  get given(): readonly GivenHeader[] {
    return this.#given
  }

  /** Of the answer, with all that was given. */
  #own(): Headers {
    if (this.#current === undefined || !this.#isOwn) {
      this.#current = new Headers(this.#current)
      this.#isOwn = true
      for (const header of this.#given) apply(this.#current, header)
    }
    return this.#current
  }

  get givenCount(): number {
    return this.#given.length
  }

  give(header: GivenHeader): void {
    this.#given.push(header)
    if (this.#current === undefined) return
    if (this.#isOwn) apply(this.#current, header)
    else this.#own()
  }

  leave(): void {
    // begin() has done it.
  }

  get(name: string): string | undefined {
    return this.leaving.get(name) ?? undefined
  }

  list(): HeaderList {
    return [...this.leaving]
  }

  takeBack(count: number): void {
    this.#given.length = count
  }

  startOver(): void {
    this.begin(this.#fromBefore())
  }

  giveReply(reply: Reply): void {
    applyReply(this.#own(), reply)
  }

  /** Whether there were none before. */
  get isFirst(): boolean {
    return this.#before.length === 0
  }

  /** Those of a reply in place of a handler, on top of what was there before, but without what policies gave. */
  ofReply(reply: Reply): Headers {
    const headers = this.#fromBefore()
    applyReply(headers, reply)
    return headers
  }

  #fromBefore(): Headers {
    const headers = new Headers()
    for (const [name, value] of this.#before) headers.append(name, value)
    return headers
  }
}

/** Answers with this status have no body: RFC 9110 6.4.1. */
export function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 205 || status === 304
}

/** Gives headers one more, or takes one away. */
export function apply(headers: Headers, { name, value, replaces }: GivenHeader): void {
  if (value === undefined) headers.delete(name)
  else if (replaces) headers.set(name, value)
  else headers.append(name, value)
}

function applyReply(to: Headers, { status, headers, body }: Reply): void {
  const seen = new Set(['set-cookie'])
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    apply(to, { name, value, replaces: !seen.has(lower) })
    seen.add(lower)
  }
  // HEAD tells the length that GET would have.
  if (!isBodiless(status)) to.set('content-length', String(lengthOf(body)))
}

function lengthOf(body: Reply['body']): number {
  if (body === undefined) return 0
  return typeof body === 'string' ? new TextEncoder().encode(body).length : body.length
}
