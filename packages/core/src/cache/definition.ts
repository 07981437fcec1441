import { checkFunction, checkObject } from '../errors.ts'
import { tagNames } from '../invalidation/names.ts'
import { checkNamespace, checkPath, type Key, keyText } from '../keys.ts'
import type { LoadContext } from './load-context.ts'
import type { Scope, ScopedRead } from './scope.ts'
import { type NamespaceOptions, resolveSettings } from './settings.ts'
import type { Reached } from './targets.ts'

/** How a definition's entries are named, tagged and kept. */
export interface DefinitionOptions<Args extends readonly unknown[], T> extends NamespaceOptions {
  /** The key of the entry for these arguments; must differ wherever the loader's result may. */
  readonly key: (...args: Args) => Key
  /** Tags: a list, or what follows from the value and the arguments. */
  readonly tags?: readonly string[] | ((value: T, ...args: Args) => readonly string[])
  /** Tags that follow from the arguments alone: known before the load, so that their markers come in the first trip. */
  readonly argumentTags?: (...args: Args) => readonly string[]
}

/**
 * Refuses arguments that may be left out: the loader gets its context behind them, so their number must be known.
 * `string | undefined` says the same and is counted.
 */
export type FixedArguments<Args extends readonly unknown[]> =
  Args extends Required<Args>
    ? number extends Args['length']
      ? { readonly key: 'the arguments of a definition must be a fixed number' }
      : unknown
    : { readonly key: 'the arguments of a definition must not be optional' }

/** A loader with a cache in front of it: call it like the loader. */
export interface Definition<Args extends readonly unknown[], T> {
  (...args: Args): Promise<T>
  /** Invalidates the entry for these arguments, on every instance. */
  invalidate(...args: Args): Promise<Reached>
  /** The whole key of the entry for these arguments, `namespace:...`. */
  keyOf(...args: Args): string
}

/**
 * Makes a definition.
 *
 * @param name the namespace, or the namespace and further parts with `:` between them.
 */
export function createDefinition<Args extends readonly unknown[], T>(
  name: string,
  scope: Scope,
  options: DefinitionOptions<Args, T>,
  load: (...args: [...Args, LoadContext]) => T | Promise<T>,
): Definition<Args, T> {
  checkName(name)
  checkObject('the options of a definition', options)
  checkFunction('the key of a definition', options.key)
  checkFunction('the loader of a definition', load)
  resolveSettings(options)
  const { key, tags = [], argumentTags } = options
  const declared = typeof tags === 'function' ? [] : [...tags]
  if (typeof tags !== 'function') tagNames(tags)

  function plan(args: Args): ScopedRead {
    // The loader of this definition made the value, so it is a T.
    const resultTags = typeof tags === 'function' ? (value: unknown) => tags(value as T, ...args) : undefined
    return {
      ...options,
      tags: argumentTags === undefined ? declared : [...declared, ...argumentTags(...args)],
      resultTags,
    }
  }

  function pathOf(args: Args): string {
    return `${name}:${keyText(key(...args))}`
  }

  function call(...args: Args): Promise<T> {
    try {
      const path = pathOf(args)
      const found = scope.hit(path) ?? read(path, args)
      // Every entry under this definition's name was loaded by its loader.
      return found as Promise<T>
    } catch (error) {
      // The key function's own fault; a caller of a promise looks for it there.
      return Promise.reject(error)
    }
  }

  async function read(path: string, args: Args): Promise<unknown> {
    return scope.read(checkPath(path, key(...args)), (context) => load(...args, context), plan(args))
  }

  return Object.assign(call, {
    invalidate: async (...args: Args) => scope.delete(checkPath(pathOf(args), key(...args))),
    keyOf: (...args: Args) => checkPath(pathOf(args), key(...args)),
  })
}

/** A namespace, or one with further parts: what a key's own text then follows. */
function checkName(name: unknown): void {
  const text = typeof name === 'string' ? name : ''
  checkNamespace(text.split(':', 1)[0])
  checkPath(`${text}:x`, `${text}:x`)
}
