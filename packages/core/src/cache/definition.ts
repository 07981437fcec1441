import { checkFunction, checkObject, invalidArgument } from '../errors.ts'
import { tagNames } from '../invalidation/names.ts'
import { checkNamespace, checkPath, type Key, keyText } from '../keys.ts'
import { membersOf } from '../members.ts'
import { Batch, type BatchLoader, type BatchParts } from './batch.ts'
import { checkSchema } from './form.ts'
import { tagsFrom } from './answers.ts'
import type { StoringOptions } from './call-options.ts'
import { checkOptions, NAMESPACE_MEMBERS } from './known-options.ts'
import type { LoadContext } from './load-context.ts'
import type { Peeked, Scope } from './scope.ts'
import type { KnownTags, ScopedRead } from './scoped-read.ts'
import { type NamespaceOptions, resolveSettings } from './settings.ts'
import type { StandardSchemaV1 } from '../standard-schema.ts'
import type { Reached } from './targets.ts'

/** How a definition's entries are named, tagged and kept. */
export interface DefinitionOptions<Args extends readonly unknown[], T> extends NamespaceOptions, StoringOptions<T> {
  /** The key of the entry for these arguments; must differ wherever the loader's result may. */
  readonly key: (...args: Args) => Key
  /** Tags: a list, or what follows from the value and the arguments. */
  readonly tags?: readonly string[] | ((value: T, ...args: Args) => readonly string[])
  /** Tags that follow from the arguments alone: known before the load, so that their markers come in the first trip. */
  readonly argumentTags?: (...args: Args) => readonly string[]
  /** What a value must fit, loaded or stored: see the option of `getOrSet`. */
  readonly schema?: StandardSchemaV1<unknown, T>
  /** Loads what `many` has to load, in one call. For definitions of one argument. */
  readonly loadMany?: BatchLoader<Item<Args>, T>
  /**
   * Most items of one call of `loadMany`.
   * @default 1000
   */
  readonly batchSize?: number
}

/** The argument of a definition that has one. Several go into one object, or one array. */
export type Item<Args extends readonly unknown[]> = Args extends readonly [infer Only] ? Only : never

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
  /**
   * The values of many at a time: one trip for what memory does not have, and one call of `loadMany` (or one load each)
   * for what is nowhere. Rejects with the first loader's error; what others loaded is stored all the same.
   *
   * @param items the arguments, for definitions of one; objects and arrays are told apart by identity.
   */
  many(items: readonly Item<Args>[]): Promise<Map<Item<Args>, T>>
  /** What this process knows of the entry for these arguments, at once and without asking anybody. */
  peek(...args: Args): { readonly hit: true; readonly value: T; readonly stale: boolean } | { readonly hit: false }
  /** Invalidates the entry for these arguments, on every instance. */
  invalidate(...args: Args): Promise<Reached>
  /** The whole key of the entry for these arguments, `namespace:...`. */
  keyOf(...args: Args): string
}

const KNOWN = membersOf<DefinitionOptions<readonly unknown[], unknown>>({
  ...NAMESPACE_MEMBERS,
  cacheIf: true,
  key: true,
  tags: true,
  argumentTags: true,
  schema: true,
  loadMany: true,
  batchSize: true,
})

const BATCH_SIZE = 1000

/**
 * Makes a definition.
 *
 * @param name the namespace, or the namespace and further parts with `:` between them.
 */
export function createDefinition<Args extends readonly unknown[], T>(
  name: string,
  scope: Scope,
  parts: BatchParts,
  options: DefinitionOptions<Args, T>,
  load: (...args: [...Args, LoadContext]) => T | Promise<T>,
): Definition<Args, T> {
  checkDefinition(name, options)
  checkFunction('the loader of a definition', load)
  const entries = new DefinedEntries(name, scope, parts, options, load)

  function call(...args: Args): Promise<T> {
    try {
      return entries.get(args, false)
    } catch (error) {
      // The key function's own fault; a caller of a promise looks for it there.
      return Promise.reject(error)
    }
  }

  return Object.assign(call, {
    many: (items: readonly Item<Args>[]) => entries.many(items),
    peek: (...args: Args) => entries.peek(args),
    invalidate: async (...args: Args) => scope.deleteAt(entries.keyOf(args)),
    keyOf: (...args: Args) => entries.keyOf(args),
  })
}

/** The entries under one definition's name: all of them were loaded by its loader, so that their values are Ts. */
class DefinedEntries<Args extends readonly unknown[], T> {
  readonly #name: string
  readonly #scope: Scope
  readonly #options: DefinitionOptions<Args, T>
  readonly #settings: Omit<ScopedRead, keyof KnownTags>
  readonly #load: (...args: [...Args, LoadContext]) => T | Promise<T>
  readonly #key: (...args: Args) => Key
  readonly #schema: DefinitionOptions<Args, T>['schema']
  readonly #shape: number
  readonly #batch: Batch<Item<Args>> | undefined

  constructor(
    name: string,
    scope: Scope,
    parts: BatchParts,
    options: DefinitionOptions<Args, T>,
    load: (...args: [...Args, LoadContext]) => T | Promise<T>,
  ) {
    const { key, loadMany, batchSize = BATCH_SIZE, schema, version, tags = [] } = options
    this.#name = name
    this.#scope = scope
    // As they are now, whatever becomes of the caller's object.
    this.#options = { ...options, tags: typeof tags === 'function' ? tags : [...tags] }
    const { key: _, tags: __, argumentTags: ___, loadMany: ____, batchSize: _____, ...settings } = this.#options
    this.#settings = settings as StoringOptions<unknown> & NamespaceOptions // the value is a T
    this.#load = load
    this.#key = scope.timedKey(name, key)
    this.#schema = schema
    this.#shape = scope.shapeAt(`${name}:`, version)
    this.#batch = loadMany && new Batch(loadMany, parts, batchSize)
  }

  /** @param together with others of the same turn, where there is a loader of many. */
  get(args: Args, together: boolean): Promise<T> {
    const path = this.#pathOf(args)
    return (this.#scope.hit(path, this.#shape, this.#schema) ?? this.#read(path, args, together)) as Promise<T>
  }

  async many(items: readonly Item<Args>[]): Promise<Map<Item<Args>, T>> {
    if (!Array.isArray(items)) throw invalidArgument('items', items, 'an array')
    const distinct: readonly Item<Args>[] = [...new Set<Item<Args>>(items)]
    // Items are the arguments of definitions that have one. A key function that throws leaves no other's failure alone.
    const values = await Promise.all(distinct.map(async (item) => this.get([item] as readonly unknown[] as Args, true)))
    return new Map(distinct.map((item, n) => [item, values[n] as T])) // as many values as items
  }

  peek(args: Args): Peeked & { readonly value: T } {
    return this.#scope.peekAt(this.keyOf(args), this.#shape, this.#schema) as Peeked & { readonly value: T }
  }

  keyOf(args: Args): string {
    return checkPath(this.#pathOf(args), this.#key(...args))
  }

  #pathOf(args: Args): string {
    return `${this.#name}:${keyText(this.#key(...args))}`
  }

  async #read(path: string, args: Args, together: boolean): Promise<unknown> {
    const batch = together ? this.#batch : undefined
    const load = (context: LoadContext): unknown =>
      // As in many.
      batch === undefined ? this.#load(...args, context) : batch.load(args[0] as Item<Args>, context)
    return this.#scope.read(checkPath(path, this.#key(...args)), load, this.#settings, this.#tags(args))
  }

  #tags(args: Args): KnownTags {
    const { tags = [], argumentTags } = this.#options
    const declared = typeof tags === 'function' ? [] : tags
    return {
      tags: argumentTags === undefined ? declared : [...declared, ...tagsFrom('argumentTags', argumentTags(...args))],
      resultTags: typeof tags === 'function' ? (value) => tags(value as T, ...args) : undefined, // the value is a T
    }
  }
}

/** Refuses what no definition may be made of. */
export function checkDefinition<Args extends readonly unknown[], T>(
  name: unknown,
  options: DefinitionOptions<Args, T>,
): void {
  const text = typeof name === 'string' ? name : ''
  checkNamespace(text.split(':', 1)[0])
  // A namespace, or one with further parts: what a key's own text then follows.
  checkPath(`${text}:x`, `${text}:x`)
  checkObject('the options of a definition', options)
  checkOptions('the options of a definition', options, KNOWN)
  checkFunction('the key of a definition', options.key)
  const { tags = [], batchSize = 1 } = options
  if (typeof tags !== 'function') tagNames(tags)
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    throw invalidArgument('batchSize', batchSize, 'a whole number of at least 1')
  resolveSettings(options)
  if (options.cacheIf !== undefined) checkFunction('cacheIf', options.cacheIf)
  if (options.schema !== undefined) checkSchema(options.schema)
}
