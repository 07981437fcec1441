/** A member of a list or of a dictionary: `"burst";r=50`, `100;w=60`, `limit=100`. */
export interface FieldItem {
  readonly value: FieldValue
  /** What comes behind `=` in a dictionary. */
  readonly assigned: FieldValue | undefined
  readonly parameters: ReadonlyMap<string, FieldValue>
}

export type FieldValue =
  | { readonly kind: 'text' | 'token' | 'bytes'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'flag' }

/**
 * Reads a List or a Dictionary of RFC 9651 that has no inner lists, and takes what servers get wrong: blanks beside `;` and
 * `=`, bytes of a length that base64 has not, names in capitals. Throws nothing.
 *
 * @returns undefined for a field that is malformed, or longer than such a field is.
 */
export function parseItems(field: string): readonly FieldItem[] | undefined {
  if (field.length > LONGEST) return undefined
  const items: FieldItem[] = []
  const reader = new Reader(field)
  while (!reader.isAtEnd) {
    // RFC 9110 5.6.1: empty members do not count.
    if (reader.take(COMMA)) continue
    const item = itemFrom(reader)
    if (item === undefined || !(reader.isAtEnd || reader.take(COMMA))) return undefined
    items.push(item)
  }
  return items
}

const LONGEST = 8192
const COMMA = /[ \t]*,[ \t]*/y
const SEMICOLON = /[ \t]*;[ \t]*/y
const EQUALS = /[ \t]*=[ \t]*/y
const END = /[ \t]*$/y
const NAME = /[A-Za-z*][\w.*-]*/y
const TEXT = /"((?:[^"\\]|\\.)*)"/y
const BYTES = /:([\w+/=-]*):/y
const NUMBER = /[+-]?\d+(?:\.\d+)?(?![\w.])/y
const FLAG = /\?[01]/y
const TOKEN = /[\w!#$%&'*+.^`|~:/-]+/y

class Reader {
  readonly #field: string
  #at: number

  constructor(field: string) {
    this.#field = field.trim()
    this.#at = 0
  }

  get isAtEnd(): boolean {
    END.lastIndex = this.#at
    return END.test(this.#field)
  }

  /** What a sticky pattern finds here: its group, or all of it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#field)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match[1] ?? match[0]
  }
}

function itemFrom(reader: Reader): FieldItem | undefined {
  const value = valueFrom(reader)
  if (value === undefined) return undefined
  const assigned = reader.take(EQUALS) === undefined ? undefined : valueFrom(reader)
  const parameters = new Map<string, FieldValue>()
  while (reader.take(SEMICOLON) !== undefined) {
    const name = reader.take(NAME)?.toLowerCase()
    if (name === undefined) return undefined
    const given = reader.take(EQUALS) === undefined ? FLAGGED : valueFrom(reader)
    if (given === undefined) return undefined
    parameters.set(name, given)
  }
  return { value, assigned, parameters }
}

const FLAGGED = { kind: 'flag' } as const

function valueFrom(reader: Reader): FieldValue | undefined {
  const text = reader.take(TEXT)
  if (text !== undefined) return { kind: 'text', text: text.replace(/\\(.)/g, '$1') }
  const bytes = reader.take(BYTES)
  if (bytes !== undefined) return { kind: 'bytes', text: bytes }
  const number = reader.take(NUMBER)
  if (number !== undefined) return { kind: 'number', number: Number(number) }
  if (reader.take(FLAG) !== undefined) return FLAGGED
  const token = reader.take(TOKEN)
  return token === undefined ? undefined : { kind: 'token', text: token }
}
