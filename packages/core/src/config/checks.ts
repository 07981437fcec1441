import { type Duration, milliseconds } from '../duration.ts'
import { RedstartError } from '../errors.ts'
import { meantBy } from '../misspelt.ts'
import { type Check, type Finding, refusalOf, wrong, wrongSecret } from './problem.ts'

export type Fields = Readonly<Record<string, Check>>

/** True for an object with names of its own choice, as JSON has them. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object that has these fields and no others. */
export function fields(known: Fields): Check {
  return (value, path) => {
    if (!isRecord(value)) return [wrong(path, value, 'an object')]
    return Object.entries(value).flatMap(([name, field]) => {
      const at = path === '' ? name : `${path}.${name}`
      if (!Object.hasOwn(known, name)) return [unknownName(at, name, Object.keys(known))]
      return field === undefined ? [] : (known[name]?.(field, at) ?? [])
    })
  }
}

/** Objects under names of the user's choice. */
export function named(each: Check, checkName: (name: string) => unknown): Check {
  return (value, path) => {
    if (!isRecord(value)) return [wrong(path, value, 'an object')]
    return Object.entries(value).flatMap(([name, object]) => {
      const badName = refusalOf(path, () => checkName(name))
      return badName.length > 0 ? badName : each(object, `${path}.${name}`)
    })
  }
}

function unknownName(path: string, name: string, known: readonly string[]): Finding {
  const meant = meantBy(name, known, 1)
  const advice = meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`
  return { path, problem: `is not known; ${advice}` }
}

export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Check {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `of ${least} to ${most}`
  return (value, path) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? []
      : [wrong(path, value, `a whole number ${range}`)]
}

export function duration(least: number): Check {
  return (value, path) => {
    try {
      // It refuses what is no duration.
      milliseconds(value as Duration, '', least)
      return []
    } catch (error) {
      if (!RedstartError.is(error)) throw error
      return [wrong(path, value, error.message.replace(/^.*; expected /s, ''))]
    }
  }
}

export const flag: Check = (value, path) => (typeof value === 'boolean' ? [] : [wrong(path, value, 'true or false')])

export function oneOf(...words: readonly string[]): Check {
  const allowed = words.map((word) => `'${word}'`).join(' or ')
  return (value, path) => (words.some((word) => word === value) ? [] : [wrong(path, value, allowed)])
}

export const text: Check = (value, path) =>
  typeof value === 'string' && value !== '' ? [] : [wrong(path, value, 'text that is not empty')]

export const secretText: Check = (value, path) => (typeof value === 'string' ? [] : [wrongSecret(path, 'text')])
