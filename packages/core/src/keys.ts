import { invalidArgument } from './errors.ts'
import { silence } from './promises.ts'

/** One part of a composite key. */
export type KeyPart = string | number | bigint | boolean

/**
 * The name of an entry inside its namespace. A string may structure itself with `:`, and every part that ends at a `:`
 * can be invalidated as a prefix. An array is joined with `:`; a `:` or `%` inside a part is escaped, so that
 * `['a:b', 'c']` and `['a', 'b:c']` cannot meet.
 */
export type Key = string | number | bigint | readonly KeyPart[]

/** Most characters of a path, namespace included. */
export const LONGEST_PATH = 1024

/** The namespace of keys that name none. */
export const DEFAULT_NAMESPACE = 'default'

const WORD = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
/** No control characters (they separate names on the wire) and no lone surrogates (two of them are one in UTF-8). */
const TEXT = /^[^\p{Cc}\p{Surrogate}]+$/u
const UNSAFE_IN_PART = /[%:]/g

/** The app's name, the first part of everything in Redis: 1 to 64 letters, digits, `.`, `_` or `-`. */
export function checkApp(app: unknown): string {
  if (typeof app === 'string' && WORD.test(app)) return app
  throw invalidArgument('app', app, '1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit')
}

/** A namespace's name: like an app's, 1 to 64 letters, digits, `.`, `_` or `-`. */
export function checkNamespace(namespace: unknown): string {
  if (typeof namespace === 'string' && WORD.test(namespace)) return namespace
  throw invalidArgument('namespace', namespace, '1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit')
}

/** A key as text, not checked: the hot path looks it up first, and only checked keys are ever found. */
export function keyText(key: Key): string {
  if (typeof key === 'string') return key
  if (typeof key === 'number') return Number.isFinite(key) ? String(key) : NEVER_A_KEY
  if (Array.isArray(key)) return key.map(partText).join(':')
  if (typeof key === 'bigint') return String(key)
  // What types forbid: a key function that is async. It is refused later; its own failure is nobody's.
  silence(key)
  return NEVER_A_KEY
}

/** The text of what is no key; it is never found, since control characters are refused. */
const NEVER_A_KEY = '\u0000'

/** Text that is one part of a key, whatever it holds. */
export function escapePart(text: string): string {
  return text.replace(UNSAFE_IN_PART, (c) => (c === ':' ? '%3A' : '%25'))
}

/** The text that {@link escapePart} was given. */
export function unescapePart(part: string): string {
  return part.replace(/%3A|%25/g, (code) => (code === '%3A' ? ':' : '%'))
}

function partText(part: KeyPart): string {
  return typeof part === 'string'
    ? escapePart(part)
    : Array.isArray(part)
      ? NEVER_A_KEY
      : keyText(typeof part === 'boolean' ? String(part) : part)
}

/**
 * Checks a path, `namespace:key`, made by the functions above from `key`.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an empty key, one with control characters or lone surrogates, a number
 *   that is not finite, an object, or a path of more than 1024 characters.
 */
export function checkPath(path: string, key: unknown): string {
  if (!isKey(key)) {
    silence(key)
    throw invalidArgument('key', key, 'a string, a finite number, a bigint, or a non-empty array of those')
  }
  const colon = path.indexOf(':')
  if (colon === path.length - 1) throw invalidArgument('key', key, 'a key that is not empty')
  if (!WORD.test(path.slice(0, colon)))
    throw invalidArgument('key', key, "a namespace of A-Z a-z 0-9 . _ - before the first ':'")
  if (path.length > LONGEST_PATH)
    throw invalidArgument('key', key, `at most ${LONGEST_PATH} characters, namespace included: hash what is longer`)
  if (!TEXT.test(path)) throw invalidArgument('key', key, 'no control characters and no lone surrogates')
  return path
}

/** True for text that is a path, `namespace:key`: what else is under the same prefix is no entry. */
export function isPath(text: string): boolean {
  const colon = text.indexOf(':')
  return (
    colon !== -1 &&
    colon < text.length - 1 &&
    text.length <= LONGEST_PATH &&
    WORD.test(text.slice(0, colon)) &&
    isUsableText(text)
  )
}

/** True for text that holds nothing which no key or tag may hold. */
export function isUsableText(text: string): boolean {
  return TEXT.test(text)
}

function isKey(key: unknown): key is Key {
  if (Array.isArray(key)) return key.length > 0 && key.every(isKeyPart)
  return typeof key !== 'boolean' && isKeyPart(key)
}

/** True for what can be one part of a composite key. */
export function isKeyPart(part: unknown): part is KeyPart {
  return (
    (typeof part === 'string' && part !== '') ||
    (typeof part === 'number' && Number.isFinite(part)) ||
    typeof part === 'bigint' ||
    typeof part === 'boolean'
  )
}

/** Checks one word of the user's that becomes a name on the wire: a tag. 1 to 256 characters. */
export function checkTag(tag: unknown): string {
  if (isTag(tag)) return tag
  throw invalidArgument('tag', tag, 'a string of 1 to 256 characters without control characters or lone surrogates')
}

/** True for what can be a tag. */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag.length <= 256 && TEXT.test(tag)
}
