import { invalidArgument, RedstartError } from '../errors.ts'

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Where, such as `redstart.defaults.ttl`. */
  readonly path: string
  /** A sentence that begins with the path: `is "5 m"; expected a duration of ...`. Repeats no secret. */
  readonly problem: string
}

/** A problem, and whether it lies between two settings that do not go together. */
export interface Finding extends ConfigProblem {
  readonly conflict?: true
}

/** Finds what is wrong with the value at a path. */
export type Check = (value: unknown, path: string) => readonly Finding[]

/** The finding of a value that is not allowed. */
export function wrong(path: string, value: unknown, allowed: string): Finding {
  return { path, problem: described(value, allowed) }
}

/** The same for what must not be repeated. */
export function wrongSecret(path: string, allowed: string): Finding {
  return { path, problem: `is not allowed; expected ${allowed}` }
}

/** The part of a sentence after its subject. */
export function described(value: unknown, allowed: string): string {
  // Where there is an '@' there may be a password before it: a URL in the wrong place.
  if (typeof value === 'string' && value.includes('@')) return `is not allowed; expected ${allowed}`
  return invalidArgument('', value, allowed).message.trimStart()
}

/**
 * What a check of the library itself says of the value at a path.
 *
 * @throws whatever else the check throws.
 */
export function refusalOf(path: string, check: () => unknown): readonly Finding[] {
  try {
    check()
    return []
  } catch (error) {
    if (!RedstartError.is(error)) throw error
    const [subject = ''] = error.message.split(' is ', 1)
    const [, inner] = subject.split(`${path.slice(path.lastIndexOf('.') + 1)}.`)
    return [{ path: inner === undefined ? path : `${path}.${inner}`, problem: error.message.slice(subject.length + 1) }]
  }
}

/** One error for all that is wrong, a line each. */
export function invalidConfig(lines: readonly string[]): RedstartError {
  return new RedstartError('INVALID_CONFIG', `The configuration is not valid:\n${lines.join('\n')}`)
}
