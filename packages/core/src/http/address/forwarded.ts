import { type IpAddress, parseIp } from './ip-address.ts'

/** The two headers that proxies list their clients in. Which one they write is to be known: the other is anybody's. */
export type ForwardedHeader = 'x-forwarded-for' | 'forwarded'

/**
 * Takes the entries of a list of clients from its end, where the nearest proxy has written: nothing of what is further left
 * is looked at, whoever wrote it, and however long it is.
 */
export class ForwardedList {
  readonly #text: string
  readonly #header: ForwardedHeader
  /** The end of what is left. */
  #end: number

  constructor(header: ForwardedHeader, text: string | undefined) {
    this.#header = header
    this.#text = text ?? ''
    this.#end = this.#text.length
  }

  /**
   * The next entry: its address as text, `''` where it has none that can be found; undefined at the end. Commas part
   * entries also inside of quotes, where no address has one: so that a quote which was not closed changes no entry but
   * its own.
   */
  next(): string | undefined {
    while (this.#end >= 0) {
      const comma = this.#end === 0 ? -1 : this.#text.lastIndexOf(',', this.#end - 1)
      const entry = this.#text.slice(comma + 1, this.#end)
      this.#end = comma
      // RFC 9110 5.6.1: empty ones do not count.
      if (entry.length <= MOST_CHARACTERS && entry.trim() === '') continue
      return this.#header === 'forwarded' ? forOf(entry) : entry.length > MOST_CHARACTERS ? '' : entry.trim()
    }
    return undefined
  }
}

/** Reads what a proxy wrote of a client: an address, with brackets and a port where it wrote these. */
export function parseForwardedIp(text: string): IpAddress | undefined {
  const plain = parseIp(text)
  if (plain !== undefined) return plain
  if (text.length > MOST_CHARACTERS) return undefined
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? []
  return parseIp(bracketed ?? dotted ?? '')
}

const MOST_CHARACTERS = 256

/** `[2001:db8::1]`, `[2001:db8::1]:443`, `203.0.113.7:443`; RFC 7239 6.1 lets a port be obfuscated. */
const WITH_PORT = /^(?:\[([0-9A-Fa-f:.]{2,45}(?:%[^\]]{1,32})?)\](?::[\w.-]{1,32})?|([\d.]{7,15}):[\w.-]{1,32})$/

/** The value of `for` in an element of RFC 7239 4: `for="[2001:db8::1]:443";proto=https`. */
function forOf(element: string): string {
  if (element.length > MOST_ELEMENT) return ''
  let found: string | undefined
  for (const pair of element.split(';')) {
    const [, name, token, quoted] = PAIR.exec(pair) ?? []
    if (name === undefined) {
      if (pair.trim() === '') continue
      return ''
    }
    if (name.toLowerCase() !== 'for') continue
    // Each parameter comes once.
    if (found !== undefined) return ''
    found = token ?? quoted?.replace(/\\(.)/g, '$1') ?? ''
  }
  return found ?? ''
}

const MOST_ELEMENT = 2048
const PAIR = /^[ \t]*([!#$%&'*+\-.^_`|~\w]+)=(?:([!#$%&'*+\-.^_`|~:[\]\w]+)|"((?:[^"\\]|\\.)*)")[ \t]*$/
