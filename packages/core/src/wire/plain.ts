import { DEEPEST_VALUE } from './codec.ts'

/**
 * Containers that are looked at before a closer look is taken. References that repeat at every level make a tree that
 * grows without end while the objects are few; only the closer look counts objects once.
 */
export const MOST_CONTAINERS = 20_000

/**
 * True when JSON text keeps the value whole. False is no verdict: the value is richer, deeper, larger or stranger than
 * this quick look at it can tell.
 */
export function isPlainJson(value: unknown): boolean {
  return look(value, DEEPEST_VALUE, MOST_CONTAINERS) >= 0
}

/** What is left of `budget` after the value, or -1. Numbers instead of an object that counts: this runs on every write. */
function look(value: unknown, levels: number, budget: number): number {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return budget
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? budget : -1
    case 'object':
      if (value === null) return budget
      if (levels === 0 || budget === 0) return -1
      return Array.isArray(value) ? lookAtArray(value, levels, budget) : lookAtObject(value, levels, budget)
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
    left = look(properties[key], levels - 1, left)
    if (left < 0) return -1
  }
  return left
}

/** Symbol keys, which JSON text would lose, or a method that would replace the value. */
export function hidesSomething(object: object): boolean {
  return Object.getOwnPropertySymbols(object).length > 0 || hasToJson(object)
}

/** True when `JSON.stringify` would store what the object's method returns in place of the object. */
export function hasToJson(object: object): boolean {
  return typeof (object as { toJSON?: unknown }).toJSON === 'function'
}
