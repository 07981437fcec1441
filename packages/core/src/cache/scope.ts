import { checkFunction, checkObject, RedstartError } from '../errors.ts'
import { checkPath, type Key, keyText } from '../keys.ts'
import { impliedNames, keyName, tagNames as tagNamesOf } from '../invalidation/names.ts'
import { count, DELETE, L1_HIT, SET } from '../telemetry/counters.ts'
import { Budget } from './budget.ts'
import type { Engine } from './engine.ts'
import { valueOf } from './entry.ts'
import type { LoadContext } from './load-context.ts'
import { type NamespaceOptions, type NamespaceRecord, resolveSettings } from './settings.ts'
import type { Reached } from './targets.ts'
import { encode, MOST_TAGS } from './write.ts'

/** Options of one read with a loader. What is left out comes from the namespace. */
export interface GetOrSetOptions<T> extends NamespaceOptions {
  /** Tags that can invalidate the entry: a list, or what follows from the value. */
  readonly tags?: readonly string[] | ((value: T) => readonly string[])
}

/** How a value that is set is kept. What is left out comes from the namespace. */
export interface SetOptions extends Pick<NamespaceOptions, 'ttl' | 'stale'> {
  readonly tags?: readonly string[]
}

/** A read as a definition asks for it: tags known before and after the load apart. */
export interface ScopedRead extends NamespaceOptions {
  readonly tags: readonly string[]
  readonly resultTags: ((value: unknown) => readonly string[]) | undefined
}

const NO_OPTIONS: NamespaceOptions = {}

/** Keys of one shape over the engine: a namespace's, or whole paths. */
export class Scope {
  readonly #engine: Engine
  readonly #pathOf: (text: string) => string

  /** @param pathOf makes the path of a key's text; it need not check it. */
  constructor(engine: Engine, pathOf: (text: string) => string) {
    this.#engine = engine
    this.#pathOf = pathOf
  }

  getOrSet<T>(
    key: Key,
    load: (context: LoadContext) => T | Promise<T>,
    options: GetOrSetOptions<T> = NO_OPTIONS,
  ): Promise<T> {
    const path = this.#pathOf(keyText(key))
    // What is found was stored by a definition or call for this key, whose loader returned a T.
    return (this.hit(path) ?? this.#getOrSet(path, key, load, options)) as Promise<T>
  }

  /** The value's promise when memory has it and may be used. */
  hit(path: string): Promise<unknown> | undefined {
    const entry = this.#engine.held.hit(path)
    if (entry === undefined || this.#engine.closed) return undefined
    count(entry.counters, L1_HIT)
    this.#engine.frames.current()?.inherit(entry)
    const { telemetry } = this.#engine
    if (telemetry.listening)
      telemetry.emit({
        type: 'cache.hit',
        namespace: path.slice(0, path.indexOf(':')),
        key: path,
        tier: 'l1',
        stale: false,
      })
    return entry.settled ?? Promise.resolve(valueOf(entry))
  }

  async #getOrSet<T>(
    path: string,
    key: Key,
    load: (context: LoadContext) => T | Promise<T>,
    options: GetOrSetOptions<T>,
  ): Promise<unknown> {
    checkFunction('the loader', load)
    checkObject('the options of getOrSet', options)
    const { tags = [] } = options
    // The loader of this call makes a T, or the entry of its key already is one.
    const resultTags = typeof tags === 'function' ? (tags as (value: unknown) => readonly string[]) : undefined
    return this.read(checkPath(path, key), load, {
      ...options,
      tags: typeof tags === 'function' ? [] : tags,
      resultTags,
    })
  }

  /** Reads a checked path through all tiers. */
  async read(path: string, load: (context: LoadContext) => unknown, options: ScopedRead): Promise<unknown> {
    const { name, settings, counters } = this.#namespace(path)
    const { ttl, stale, staleWhileRevalidate, loadTimeout } = resolveSettings(options, settings)
    const tagNames = tagNamesOf(options.tags)
    const plan = {
      namespace: name,
      path,
      counters,
      load,
      ttl,
      stale,
      timeout: loadTimeout,
      tagNames,
      resultTags: options.resultTags,
      staleWhileRevalidate,
    }
    return valueOf(await this.#engine.reads.read(plan))
  }

  async get(key: Key): Promise<unknown> {
    const path = checkPath(this.#pathOf(keyText(key)), key)
    const { name, counters } = this.#namespace(path)
    const entry = await this.#engine.reads.find({ namespace: name, path, counters })
    return entry === undefined ? undefined : valueOf(entry)
  }

  /** An invalidation of the key, then a write with the clock that came back: what a reader had loaded before cannot outlive it. */
  async set(key: Key, value: unknown, options: SetOptions = {}): Promise<Reached> {
    checkObject('the options of set', options)
    const { writer, coherence, clock, invalidator, deadline } = this.#engine
    const path = checkPath(this.#pathOf(keyText(key)), key)
    const namespace = this.#namespace(path)
    const { ttl, stale } = resolveSettings(options, namespace.settings)
    const tags = [...new Set(tagNamesOf(options.tags ?? []))]
    if (tags.length > MOST_TAGS)
      throw new RedstartError(
        'TOO_MANY_TAGS',
        `set was given ${tags.length} tags; at most ${MOST_TAGS} are stored: use coarser ones`,
      )
    const encoded = encode(value)
    const budget = new Budget(clock, deadline)
    // Nobody has asked for the time yet: do so on the way, in the same trip.
    const asked = coherence.time.known ? undefined : coherence.ask(deadline).catch(() => undefined)
    // The value counts from here: what is invalidated while its own invalidation travels must hide it.
    const since = clock.now()
    const { sequence } = coherence.pending
    const reach = await budget.use(() => invalidator.raise([keyName(path)], 'immediate', []))
    await asked
    const { generation, clock: viewClock } = coherence.view
    const stamp =
      reach.reached === 'all'
        ? { generation: reach.generation, clock: reach.clock, sequence }
        : { generation, clock: viewClock, sequence: coherence.pending.sequence }
    const names = [...impliedNames(path), ...tags]
    const origin = {
      ...stamp,
      since,
      names,
      tags: tags.length,
      loaded: coherence.time.earliest(since),
      cost: 0,
    }
    const place = { namespace: namespace.name, path, counters: namespace.counters, ttl, stale }
    await writer.put(place, encoded, { ...origin, reached: reach.reached === 'all' }, budget)
    count(namespace.counters, SET)
    return { reached: reach.reached }
  }

  async delete(key: Key): Promise<Reached> {
    const path = checkPath(this.#pathOf(keyText(key)), key)
    const { counters } = this.#namespace(path)
    const { reached } = await this.#engine.invalidator.raise([keyName(path)], 'immediate', [path])
    this.#engine.l1.delete(path)
    count(counters, DELETE)
    return { reached }
  }

  #namespace(path: string): NamespaceRecord {
    this.#engine.checkOpen()
    return this.#engine.namespaces.get(path.slice(0, path.indexOf(':')))
  }
}
