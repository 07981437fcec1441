import { createHash } from 'node:crypto'
import { invalidArgument } from './errors.ts'
import {
  checkApp,
  checkNamespace,
  checkPath,
  escapePart,
  isKeyPart,
  isPath,
  type KeyPart,
  unescapePart,
} from './keys.ts'

/** A key with named parts, all of them strings once it has been taken apart. */
export interface KeyShape<Names extends readonly string[]> {
  /** The key of these parts, `module:part:part`; it can be used wherever a whole key is. */
  (parts: Readonly<Record<Names[number], KeyPart>>): string
  /** The parts of a key of this shape; undefined for any other text. */
  parse(key: string): Readonly<Record<Names[number], string>> | undefined
  /** The beginning that all keys with these leading parts have, for `invalidate({ prefix })`; without parts, of the whole shape. */
  prefix(...leading: readonly KeyPart[]): string
}

/**
 * Keys of one shape: `const order = keyShape('orders', ['tenant', 'id'])` makes `order({ tenant: 'a', id: 42 })` into
 * `orders:a:42`. A `:` in a part is escaped, so that no two sets of parts share a key.
 *
 * @param module the namespace.
 * @param names of the parts, in their order: from the coarse to the fine, since prefixes can be invalidated.
 * @throws RedstartError `INVALID_ARGUMENT` for a module or names that are not allowed, or parts that are missing.
 */
export function keyShape<const Names extends readonly string[]>(module: string, names: Names): KeyShape<Names> {
  checkNamespace(module)
  const named = Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '')
  if (!named || names.length === 0 || new Set(names).size !== names.length)
    throw invalidArgument('the names of a key', names, 'one or more different names')

  function textOf(part: KeyPart | undefined, name: string): string {
    if (isKeyPart(part)) return escapePart(String(part))
    throw invalidArgument(
      `the part ${name} of a key`,
      part,
      'a string that is not empty, a finite number, a bigint or a boolean',
    )
  }

  function build(parts: Readonly<Record<string, KeyPart>>): string {
    const path = [module, ...names.map((name: string) => textOf(parts[name], name))].join(':')
    return checkPath(path, path)
  }

  return Object.assign(build, {
    parse(key: string) {
      if (typeof key !== 'string' || !isPath(key)) return undefined
      const [first, ...parts] = key.split(':')
      if (first !== module || parts.length !== names.length || !parts.every(isEscaped)) return undefined
      const entries = names.map((name, n) => [name, unescapePart(parts[n] ?? '')])
      // Made of exactly the names.
      return Object.fromEntries(entries) as Record<Names[number], string>
    },
    prefix(...leading: readonly KeyPart[]) {
      if (leading.length >= names.length)
        throw invalidArgument('a prefix of a key', leading, `fewer than all ${names.length} parts`)
      return [module, ...leading.map((part, n) => textOf(part, String(names[n]))), ''].join(':')
    },
  })
}

/** True for a part as it is made here: any other text would be of a key that no parts make. */
function isEscaped(part: string): boolean {
  return part !== '' && escapePart(unescapePart(part)) === part
}

/** The parts of a key as it lies in the backend, or why it is none. */
export type CheckedKey =
  | { readonly valid: true; readonly project: string; readonly module: string; readonly id: string }
  | { readonly valid: false; readonly problem: string }

/** Checks a whole key as the backend has it, `project:module:id`; the project is the instance's `app`. */
export function checkKey(key: string): CheckedKey {
  const [project = '', module = '', ...rest] = typeof key === 'string' ? key.split(':') : []
  const id = rest.join(':')
  if (id === '') return { valid: false, problem: 'it needs three parts with a colon between them: project:module:id' }
  try {
    checkApp(project)
    checkNamespace(module)
    checkPath(`${module}:${id}`, id)
    return { valid: true, project, module, id }
  } catch (error) {
    return { valid: false, problem: error instanceof Error ? error.message : String(error) }
  }
}

const DIGEST_LENGTH = 22
/** What the text of a shortened part ends in. A text that ends so by itself is shortened as well: it could be one's twin. */
const SHORTENED = /~[\w-]{22}$/

/**
 * A long text as a part of a key: what is longer than `longest` characters keeps its beginning, so that it can still be
 * read, followed by 128 bits of its SHA-256. Two texts never have the same part, whoever chooses them.
 *
 * @param longest at least 32. Default 100.
 */
export function shortPart(text: string, longest = 100): string {
  if (!Number.isSafeInteger(longest) || longest < 32)
    throw invalidArgument('longest', longest, 'a whole number of at least 32')
  if (typeof text !== 'string') throw invalidArgument('the text of a key', text, 'a string')
  if (text.length <= longest && !SHORTENED.test(text)) return text
  // Of UTF-16, in which no two texts are the same: lone surrogates are all alike in UTF-8.
  const digest = createHash('sha256').update(text, 'utf16le').digest().subarray(0, 16).toString('base64url')
  const beginning = text.slice(0, longest - DIGEST_LENGTH - 1).replace(/[\p{Cc}\p{Surrogate}]/gu, '')
  return `${beginning}~${digest}`
}
