import { checkFunction, checkObject, invalidArgument } from '../errors.ts'
import { checkPath, type Key, type KeyPart, keyText } from '../keys.ts'
import { tagsFrom } from './answers.ts'
import type { StoringOptions } from './call-options.ts'
import { checkDefinition, type DefinitionOptions } from './definition.ts'
import type { Scope } from './scope.ts'
import type { NamespaceOptions } from './settings.ts'
import type { Reached } from './targets.ts'

/** How the results of a function are named, tagged and kept. */
export interface CachedOptions<Args extends readonly unknown[], T> extends Omit<
  DefinitionOptions<Args, T>,
  'key' | 'loadMany' | 'batchSize'
> {
  /**
   * The key for these arguments; must differ wherever the result may.
   * @default the arguments themselves, where all are strings, numbers, bigints or booleans
   */
  readonly key?: (...args: Args) => Key
}

/** A function with a cache in front of it. */
export interface Cached<Args extends readonly unknown[], T> {
  (...args: Args): Promise<T>
  /** Invalidates the result for these arguments, on every instance. */
  invalidate(...args: Args): Promise<Reached>
  /** The whole key of the result for these arguments, `namespace:...`. */
  keyOf(...args: Args): string
}

/** A decorator of methods that return promises. */
export type CachedMethod<Args extends readonly unknown[], T> = <This>(
  method: (this: This, ...args: Args) => Promise<T>,
  context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Promise<T>>,
) => (this: This, ...args: Args) => Promise<T>

/** See `Cache.cached`. */
export interface CachedMaker {
  <Args extends readonly unknown[], T>(
    name: string,
    options: CachedOptions<Args, T>,
    fn: (...args: Args) => T | Promise<T>,
  ): Cached<Args, T>
  /**
   * A standard decorator. All objects of the class share the results: what they differ in belongs into the key, of which
   * the object itself is no part.
   */
  <Args extends readonly unknown[], T>(name: string, options?: CachedOptions<Args, T>): CachedMethod<Args, T>
}

/** @param take refuses a name that is in use. */
export function createCached(scope: Scope, take: (name: string) => void): CachedMaker {
  function cached<Args extends readonly unknown[], T>(
    name: string,
    options: CachedOptions<Args, T> = {},
    fn?: (...args: Args) => T | Promise<T>,
  ): Cached<Args, T> | CachedMethod<Args, T> {
    checkObject('the options of cached', options)
    const call = caller(scope, name, options)
    if (fn !== undefined) checkFunction('the function of cached', fn)
    take(name)
    if (fn === undefined) return decorator(call)
    return Object.assign((...args: Args) => call.run(args, () => fn(...args)), {
      invalidate: async (...args: Args) => scope.deleteAt(call.pathOf(args)),
      keyOf: (...args: Args) => call.pathOf(args),
    })
  }
  // Which of both comes back follows from the third argument, as the overloads say.
  return cached as CachedMaker
}

function decorator<Args extends readonly unknown[], T>(call: Caller<Args, T>): CachedMethod<Args, T> {
  let used = false
  return <This>(method: (this: This, ...args: Args) => Promise<T>, context: ClassMethodDecoratorContext<This>) => {
    // A decorator of the older kind is given something else, and so is one of anything but a method.
    const kind: unknown = (context as { readonly kind?: unknown } | undefined)?.kind
    if (kind !== 'method')
      throw invalidArgument(
        'what cached decorates',
        kind,
        'a method, by a standard decorator without experimentalDecorators',
      )
    if (used) throw invalidArgument('what cached decorates', context.name, 'one method for each name')
    used = true
    return function decorated(this: This, ...args: Args): Promise<T> {
      return call.run(args, () => method.call(this, ...args))
    }
  }
}

interface Caller<Args extends readonly unknown[], T> {
  run(args: Args, load: () => T | Promise<T>): Promise<T>
  pathOf(args: Args): string
}

function caller<Args extends readonly unknown[], T>(
  scope: Scope,
  name: string,
  options: CachedOptions<Args, T>,
): Caller<Args, T> {
  const { key: makeKey = argumentsAsKey, tags = [], argumentTags, ...settings } = options
  checkDefinition(name, { ...options, key: makeKey })
  const key = scope.timedKey(name, makeKey)
  const { schema, version } = options
  const shape = scope.shapeAt(`${name}:`, version)
  const declared = typeof tags === 'function' ? [] : [...tags]
  const own = settings as StoringOptions<unknown> & NamespaceOptions // the value is a T

  function pathOf(args: Args): string {
    const made = key(...args)
    return checkPath(`${name}:${keyText(made)}`, made)
  }

  async function run(args: Args, load: () => T | Promise<T>): Promise<T> {
    const path = pathOf(args)
    const found =
      scope.hit(path, shape, schema) ??
      scope.read(path, load, own, {
        tags: argumentTags === undefined ? declared : [...declared, ...tagsFrom('argumentTags', argumentTags(...args))],
        // What the function returned is a T.
        resultTags: typeof tags === 'function' ? (value) => tags(value as T, ...args) : undefined,
      })
    // Every entry under this name is a result of this function.
    return found as Promise<T>
  }

  return { run, pathOf }
}

/** The arguments, where they can be told apart. Without arguments there is one result. */
function argumentsAsKey(...args: readonly unknown[]): Key {
  return args.length === 0 ? '()' : args.map(argumentText)
}

/** No text that is left as it is looks like a number, a boolean or a quoted text: `1` and `'1'` are two keys. */
const PLAIN = /^(?!(?:true|false)$)[A-Za-z_]/

function argumentText(arg: unknown): KeyPart {
  switch (typeof arg) {
    case 'string':
      return PLAIN.test(arg) ? arg : JSON.stringify(arg)
    case 'bigint':
      return `${arg}n`
    case 'number':
    case 'boolean':
      return arg
    default:
      throw invalidArgument('an argument of a cached function', arg, 'a string, number, bigint or boolean; give a key')
  }
}
