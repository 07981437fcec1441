/** A value of a Structured Field (RFC 9651 3.3); what caches have no use for is checked and is `other`. */
export type BareItem =
  | { readonly kind: 'integer' | 'string' | 'token'; readonly text: string }
  | { readonly kind: 'boolean'; readonly is: boolean }
  | { readonly kind: 'other' }

/**
 * Reads a Dictionary exactly as RFC 9651 4.2 says, several lines of it joined by commas: of members with one name the last
 * counts. Parameters are checked and left out.
 *
 * @returns undefined where it is malformed in any place, and an empty one for an empty field.
 */
export function parseDictionary(field: string): ReadonlyMap<string, BareItem> | undefined {
  const members = new Map<string, BareItem>()
  const reader = new Reader(field)
  const isRead = reader.members(() => {
    const key = reader.take(KEY)
    if (key === undefined) return false
    const value = reader.take(EQUALS) === undefined ? parametersAfter(reader, TRUE) : member(reader)
    if (value === undefined) return false
    // The last of a name also stands where the last of it stood: 4.2.2.
    members.delete(key)
    members.set(key, value)
    return true
  })
  return isRead ? members : undefined
}

/**
 * Reads a List exactly as RFC 9651 4.2 says, several lines of it joined by commas. Parameters are checked and left out.
 *
 * @returns undefined where it is malformed in any place, and an empty one for an empty field.
 */
export function parseList(field: string): readonly BareItem[] | undefined {
  const items: BareItem[] = []
  const reader = new Reader(field)
  const isRead = reader.members(() => {
    const item = member(reader)
    if (item === undefined) return false
    items.push(item)
    return true
  })
  return isRead ? items : undefined
}

const KEY = /[a-z*][a-z0-9_.*-]*/y
const EQUALS = /=/y
const COMMA = /[ \t]*,[ \t]*/y
const BLANKS = /[ \t]*/y
const SEMICOLON = /; */y
const STRING = /"((?:[ !#-[\]-~]|\\["\\])*)"/y
const TOKEN = /[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y
const NUMBER = /-?\d+(?:\.\d+)?/y
const DIGITS = /^-?\d{1,15}$/
const DECIMAL = /^-?\d{1,12}\.\d{1,3}$/
const BOOLEAN = /\?[01]/y
/** Base64, with or without its padding. */
const BYTES = /:(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?:/y
const DATE = /@-?\d{1,15}(?![\d.])/y
const DISPLAY = /%"((?:[ !#$&-~]|%[0-9a-f]{2})*)"/y
const OPEN = /\( */y
const CLOSE = / *\)/y
const BETWEEN = / +/y
const TRUE: BareItem = { kind: 'boolean', is: true }
const OTHER: BareItem = { kind: 'other' }

class Reader {
  readonly #field: string
  #at = 0

  constructor(field: string) {
    // 4.2: spaces at both ends do not count, and of these spaces alone.
    this.#field = field.replace(/^ +/, '').replace(/(?<! ) +$/, '')
  }

  /** What a sticky pattern finds here: its group, or all of it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#field)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match[1] ?? match[0]
  }

  /** Reads members up to the end; false where one cannot be read, or is followed by anything but a comma and another. */
  members(read: () => boolean): boolean {
    if (this.#isAtEnd) return true
    while (read()) {
      if (this.take(COMMA) !== undefined) {
        if (this.#isAtEnd) return false
        continue
      }
      this.take(BLANKS)
      return this.#isAtEnd
    }
    return false
  }

  get #isAtEnd(): boolean {
    return this.#at === this.#field.length
  }
}

function member(reader: Reader): BareItem | undefined {
  const value = reader.take(OPEN) === undefined ? bareItem(reader) : innerList(reader)
  return value === undefined ? undefined : parametersAfter(reader, value)
}

/** RFC 9651 4.2.1.2. */
function innerList(reader: Reader): BareItem | undefined {
  if (reader.take(CLOSE) !== undefined) return OTHER
  for (;;) {
    const item = bareItem(reader)
    if (item === undefined || parametersAfter(reader, item) === undefined) return undefined
    if (reader.take(CLOSE) !== undefined) return OTHER
    if (reader.take(BETWEEN) === undefined) return undefined
  }
}

/** RFC 9651 4.2.3.2. */
function parametersAfter(reader: Reader, value: BareItem): BareItem | undefined {
  while (reader.take(SEMICOLON) !== undefined) {
    if (reader.take(KEY) === undefined) return undefined
    if (reader.take(EQUALS) !== undefined && bareItem(reader) === undefined) return undefined
  }
  return value
}

/** RFC 9651 4.2.3.1. */
function bareItem(reader: Reader): BareItem | undefined {
  const string = reader.take(STRING)
  if (string !== undefined) return { kind: 'string', text: string.replace(/\\(.)/g, '$1') }
  const token = reader.take(TOKEN)
  if (token !== undefined) return { kind: 'token', text: token }
  const number = reader.take(NUMBER)
  if (number !== undefined) {
    if (DIGITS.test(number)) return { kind: 'integer', text: number }
    return DECIMAL.test(number) ? OTHER : undefined
  }
  const boolean = reader.take(BOOLEAN)
  if (boolean !== undefined) return { kind: 'boolean', is: boolean === '?1' }
  if (reader.take(BYTES) !== undefined || reader.take(DATE) !== undefined) return OTHER
  const display = reader.take(DISPLAY)
  return display !== undefined && isUtf8(display) ? OTHER : undefined
}

function isUtf8(percentEncoded: string): boolean {
  try {
    decodeURIComponent(percentEncoded)
    return true
  } catch {
    return false
  }
}
