import { invalidArgument } from '../errors.ts'
import { isUsableText } from '../keys.ts'

/**
 * A pattern over paths. `*` stands for any characters, `:` included, `?` for one, `[abc]` for one of these, `[a-z]` for one
 * of a range, `[^a-z]` for one outside of it; a `\` before a character takes its meaning away. Redis has the same, but
 * counts bytes where this counts characters.
 */
export interface Glob {
  readonly source: string
  /** What it matches begins so; the whole of it where the pattern has no `*`, `?` or `[`. */
  readonly literal: string
  /**
   * - `one` - matches its literal alone.
   * - `beginning` - the literal and a `*`: matches all that begins so.
   * - `pattern` - anything else.
   */
  readonly shape: 'one' | 'beginning' | 'pattern'
  /** A pattern in Redis's own language that matches all of it, and perhaps more. */
  readonly coarse: string
  matches(path: string): boolean
}

/** Patterns, written and read. */
export interface GlobTools {
  /** The text as a pattern that matches it alone: what comes from a user must go through here. */
  escape(text: string): string
  /**
   * A pattern made ready, to compare paths with.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for one that is no string, is empty or too long, has a `[` without its `]`,
   *   a `\` at its end, or characters that no key has.
   */
  compile(pattern: string): Glob
}

/** Patterns for `purge` and `keys`. */
export const glob: GlobTools = { escape: escapeGlob, compile: compileGlob }

/** Longest pattern: a path may have 1024 characters, and each of them may be escaped. */
const LONGEST_PATTERN = 2048

/** One step of a pattern: a character, one of a set, or anything at all. */
type Step =
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly Range[] }
  | { readonly kind: 'star' }

/** Both ends belong to it. */
type Range = readonly [first: number, last: number]

/** See {@link GlobTools.compile}. */
export function compileGlob(pattern: unknown): Glob {
  if (typeof pattern !== 'string' || pattern === '' || pattern.length > LONGEST_PATTERN)
    throw invalidArgument('match', pattern, `a pattern of 1 to ${LONGEST_PATTERN} characters, such as 'orders:2024-*'`)
  if (!isUsableText(pattern)) throw invalidArgument('match', pattern, 'no control characters and no lone surrogates')
  const steps = parse(pattern)
  const wild = steps.findIndex(({ kind }) => kind !== 'character')
  const literal = steps
    .slice(0, wild === -1 ? undefined : wild)
    .map((step) => (step.kind === 'character' ? step.character : ''))
    .join('')
  const shape =
    wild === -1 ? 'one' : steps[wild]?.kind === 'star' && wild === steps.length - 1 ? 'beginning' : 'pattern'
  return {
    source: pattern,
    literal,
    shape,
    coarse: steps.map(coarseStep).join(''),
    matches: shape === 'beginning' ? (path) => path.startsWith(literal) : (path) => walk(steps, Array.from(path)),
  }
}

/** Whether a pattern matches whatever there is: any number of characters, few of which it demands, and none in particular. */
export function matchesAll(pattern: string): boolean {
  const steps = parse(pattern)
  const open = (step: Step): boolean =>
    step.kind === 'set' ? step.negated && step.ranges.length === 0 : step.kind !== 'character'
  return steps.every(open) && steps.some(({ kind }) => kind === 'star')
}

/** See {@link GlobTools.escape}. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, '\\$&')
}

function parse(pattern: string): Step[] {
  const characters = Array.from(pattern)
  const steps: Step[] = []
  for (let at = 0; at < characters.length;) {
    const character = characters[at] ?? ''
    if (character === '[') {
      const end = endOfSet(characters, at, pattern)
      steps.push(parseSet(characters.slice(at + 1, end)))
      at = end + 1
    } else if (character === '\\') {
      const escaped = characters[at + 1]
      if (escaped === undefined) throw invalidArgument('match', pattern, "a character behind its last '\\'")
      steps.push({ kind: 'character', character: escaped })
      at += 2
    } else {
      // Any number of stars in a row say what one says.
      if (character !== '*') steps.push(character === '?' ? { kind: 'any' } : { kind: 'character', character })
      else if (steps.at(-1)?.kind !== 'star') steps.push({ kind: 'star' })
      at += 1
    }
  }
  return steps
}

/** The place of the `]` that ends the set which begins at `start`. */
function endOfSet(characters: readonly string[], start: number, pattern: string): number {
  for (let at = start + 1; at < characters.length; at += 1) {
    if (characters[at] === '\\') at += 1
    else if (characters[at] === ']') return at
  }
  throw invalidArgument('match', pattern, "a ']' for every '[', or '\\[' for the character itself")
}

function parseSet(inner: readonly string[]): Step {
  const negated = inner[0] === '^'
  const members: { readonly code: number; readonly isDash: boolean }[] = []
  for (let at = negated ? 1 : 0; at < inner.length; at += 1) {
    const escaped = inner[at] === '\\'
    if (escaped) at += 1
    members.push({ code: inner[at]?.codePointAt(0) ?? 0, isDash: inner[at] === '-' && !escaped })
  }
  const ranges: Range[] = []
  for (let at = 0; at < members.length; at += 1) {
    const first = members[at]?.code ?? 0
    const last = members[at + 1]?.isDash === true ? members[at + 2]?.code : undefined
    ranges.push(last === undefined ? [first, first] : [Math.min(first, last), Math.max(first, last)])
    if (last !== undefined) at += 2
  }
  return { kind: 'set', negated, ranges }
}

/** Redis compares bytes: wherever a character may have several of them, more is let through. */
function coarseStep(step: Step): string {
  if (step.kind === 'star') return '*'
  if (step.kind === 'character') return escapeGlob(step.character)
  if (step.kind === 'any' || step.negated) return '?*'
  const ends = step.ranges.flatMap((range) => range.map((code) => String.fromCodePoint(code)))
  if (!ends.every((end) => PLAIN.test(end))) return '?*'
  return `[${step.ranges.map((range) => range.map((code) => String.fromCodePoint(code)).join('-')).join('')}]`
}

/** Says the same inside of brackets everywhere. */
const PLAIN = /^[A-Za-z0-9]$/

/** Takes time in proportion to both lengths at the most, whatever the pattern: only the last star is ever tried again. */
function walk(steps: readonly Step[], characters: readonly string[]): boolean {
  let [step, at, star, from] = [0, 0, -1, 0]
  while (at < characters.length) {
    const wanted = steps[step]
    if (wanted?.kind === 'star') {
      star = step
      from = at
      step += 1
    } else if (wanted !== undefined && takes(wanted, characters[at] ?? '')) {
      step += 1
      at += 1
    } else if (star !== -1) {
      from += 1
      step = star + 1
      at = from
    } else return false
  }
  return step === steps.length || (step === steps.length - 1 && steps[step]?.kind === 'star')
}

function takes(step: Step, character: string): boolean {
  if (step.kind === 'character') return step.character === character
  if (step.kind !== 'set') return true
  const code = character.codePointAt(0) ?? 0
  return step.ranges.some(([first, last]) => code >= first && code <= last) !== step.negated
}
