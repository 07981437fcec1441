import { isBytes } from './bytes.ts'
import { DEEPEST_VALUE } from './codec.ts'
import { hidesSomething, MOST_CONTAINERS } from './plain.ts'

/**
 * True when MessagePack keeps the value whole: what JSON keeps, and bytes, NaN and the infinities beside it; but no half of
 * a surrogate pair, no text with a byte order mark in front, and no member `__proto__`. False is no verdict: there may only be too much of it for this quick look.
 */
export function isPlainMessage(value: unknown): boolean {
  return look(value, DEEPEST_VALUE, MOST_CONTAINERS) >= 0
}

/** What is left of `budget` after the value, or -1. Numbers instead of an object that counts: this runs on every write. */
function look(value: unknown, levels: number, budget: number): number {
  switch (typeof value) {
    case 'string':
      return CHANGED.test(value) ? -1 : budget
    case 'boolean':
      return budget
    case 'number':
      return Object.is(value, -0) ? -1 : budget
    case 'object':
      if (value === null) return budget
      if (levels === 0 || budget === 0) return -1
      if (Array.isArray(value)) return lookAtArray(value, levels, budget)
      return isBytes(value) ? lookAtBytes(value, budget) : lookAtObject(value, levels, budget)
    default:
      return -1
  }
}

function lookAtArray(array: readonly unknown[], levels: number, budget: number): number {
  if (Object.getPrototypeOf(array) !== Array.prototype || hidesSomething(array)) return -1
  if (Object.keys(array).length !== array.length) return -1
  let left = budget - 1
  for (let index = 0; index < array.length && left >= 0; index++) left = look(array[index], levels - 1, left)
  return left
}

function lookAtObject(object: object, levels: number, budget: number): number {
  if (Object.getPrototypeOf(object) !== Object.prototype || hidesSomething(object)) return -1
  const properties = object as Record<string, unknown> // a plain object, by its prototype
  let left = budget - 1
  for (const key in properties) {
    if (key === '__proto__' || CHANGED.test(key)) return -1
    left = look(properties[key], levels - 1, left)
    if (left < 0) return -1
  }
  return left
}

/** Text that the decoder would not give back: half of a surrogate pair, or a byte order mark in front. */
const CHANGED = /^\ufeff|\p{Surrogate}/u

/** Bytes on a buffer that has gone look like no bytes; those are for a closer look. */
function lookAtBytes(bytes: Uint8Array, budget: number): number {
  return bytes.length > 0 ? budget - 1 : -1
}
