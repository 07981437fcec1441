import { checkFunction, checkObject, invalidArgument } from '../errors.ts'
import { checkPath, type Key, keyText } from '../keys.ts'
import { membersOf } from '../members.ts'
import { count, L1_HIT } from '../telemetry/counters.ts'
import { CALL_MEMBERS, type CallOptions } from './call-options.ts'
import { refreshAt } from './early-refresh.ts'
import type { Engine } from './engine.ts'
import { type Entry, valueOf } from './entry.ts'
import { hashedVersion } from './form.ts'
import { jittered } from './jitter.ts'
import { checkOptions, LIFETIME_MEMBERS, NAMESPACE_MEMBERS } from './known-options.ts'
import type { LoadContext } from './load-context.ts'
import { type KnownTags, planRead, type ScopedRead } from './scoped-read.ts'
import { type SetManyOptions, type SetOptions, Setter } from './setter.ts'
import { type Lifetime, type NamespaceOptions, type NamespaceRecord, resolveSettings } from './settings.ts'
import type { StandardSchemaV1 } from '../standard-schema.ts'
import type { Reached } from './targets.ts'
import type { Token } from './token.ts'

/** Options of one read with a loader. What is left out comes from the namespace. */
export interface GetOrSetOptions<T> extends NamespaceOptions, CallOptions<T> {
  /** Tags that can invalidate the entry: a list, or what follows from the value. */
  readonly tags?: readonly string[] | ((value: T) => readonly string[])
  /**
   * What a value must fit: what a loader returned before it is stored, and what another process or program stored when it
   * enters this one. Callers get what the schema makes of it, so what is stored is what the loader returned. One that was
   * stored and does not fit is a miss, and is replaced by what is loaded; of one that was loaded the read rejects with
   * `VALUE_REJECTED`, or gives a stale entry like for any failed load. A schema that throws, or takes longer than 5 s,
   * refuses the value.
   *
   * Make it once, not for every call: memory keeps a value for readers with the same schema object. It is given frozen data
   * and must not change it, and it must take what it has made itself: a loader may return what memory had.
   */
  readonly schema?: StandardSchemaV1<unknown, T>
}

/** What is known of an entry without asking anybody. */
export type Peeked = { readonly hit: true; readonly value: unknown; readonly stale: boolean } | { readonly hit: false }

/** How long an entry lives on, in ms. */
export interface Remaining {
  /** Until it is stale. */
  readonly fresh: number
  /** Until it is gone. */
  readonly stale: number
}

const TOUCH = membersOf<Lifetime>(LIFETIME_MEMBERS)
const GET_OR_SET = membersOf<GetOrSetOptions<unknown>>({
  ...NAMESPACE_MEMBERS,
  ...CALL_MEMBERS,
  tags: true,
  schema: true,
})
const NO_OPTIONS: NamespaceOptions & { readonly schema?: never; readonly refresh?: never } = {}
const MISSED: Peeked = { hit: false }

/** Keys of one shape over the engine: a namespace's, or whole paths. */
export class Scope {
  readonly #engine: Engine
  readonly #pathOf: (text: string) => string
  readonly #setter: Setter
  readonly #checkedPath = (key: Key): string => checkPath(this.pathOf(key), key)

  /** @param pathOf makes the path of a key's text; it need not check it. */
  constructor(engine: Engine, pathOf: (text: string) => string) {
    this.#engine = engine
    this.#pathOf = pathOf
    this.#setter = new Setter(engine)
  }

  getOrSet<T>(
    key: Key,
    load: (context: LoadContext) => T | Promise<T>,
    options: GetOrSetOptions<T> = NO_OPTIONS,
  ): Promise<T> {
    const path = this.#pathOf(keyText(key))
    // JavaScript passes null gladly; that is refused below.
    const { version, schema, refresh } = (options as GetOrSetOptions<T> | null) ?? NO_OPTIONS
    // What is found was stored by a definition or call for this key, whose loader returned a T.
    const found = refresh === true ? undefined : this.hit(path, this.shapeAt(path, version), schema)
    return (found ?? this.#getOrSet(path, key, load, options)) as Promise<T>
  }

  /** The version that entries under a path are read with, as they carry it; one that is not allowed equals none. */
  shapeAt(path: string, version: NamespaceOptions['version']): number {
    return version === undefined ? this.#engine.namespaces.shapeAt(path) : hashedVersion(version)
  }

  /** A key function, timed where that was asked for. */
  timedKey<Args extends readonly unknown[]>(name: string, key: (...args: Args) => Key): (...args: Args) => Key {
    return this.#engine.telemetry.timedKey(name.split(':', 1)[0] ?? name, key)
  }

  /** The value's promise when memory has it and may be used by a reader of that version and schema. */
  hit(path: string, shape: number, schema: StandardSchemaV1 | undefined): Promise<unknown> | undefined {
    const entry = this.#engine.held.hit(path)
    if (entry === undefined || this.#engine.closed) return undefined
    if (entry.form.shape !== shape || entry.form.schema !== schema) return undefined
    count(entry.counters, L1_HIT)
    this.#engine.frames.current()?.inherit(entry)
    const { telemetry } = this.#engine
    if (telemetry.hearsHits)
      telemetry.emit({
        type: 'cache.hit',
        namespace: path.slice(0, path.indexOf(':')),
        key: path,
        tier: 'l1',
        stale: false,
      })
    return entry.settled ?? Promise.resolve(valueOf(entry))
  }

  #getOrSet<T>(
    path: string,
    key: Key,
    load: (context: LoadContext) => T | Promise<T>,
    options: GetOrSetOptions<T>,
  ): Promise<unknown> {
    try {
      checkFunction('the loader', load)
      checkObject('the options of getOrSet', options)
      if (options !== NO_OPTIONS) checkOptions('the options of getOrSet', options, GET_OR_SET)
      // The loader of this call makes a T, or the entry of its key already is one.
      const given = options as GetOrSetOptions<unknown>
      const { tags = [] } = given
      const known = typeof tags === 'function' ? { tags: [], resultTags: tags } : { tags, resultTags: undefined }
      return this.#read(checkPath(path, key), load, given, known)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Reads a checked path through all tiers. */
  read(
    path: string,
    load: (context: LoadContext) => unknown,
    options: Omit<ScopedRead, keyof KnownTags>,
    tags: KnownTags,
  ): Promise<unknown> {
    return this.#read(path, load, options, tags)
  }

  async #read(
    path: string,
    load: (context: LoadContext) => unknown,
    options: Omit<ScopedRead, keyof KnownTags>,
    tags: KnownTags,
  ): Promise<unknown> {
    const plan = planRead(this.#namespace(path), path, load, options, tags)
    return valueOf(await this.#engine.reads.read(plan))
  }

  async get(key: Key): Promise<unknown> {
    const entry = await this.#find(key)
    return entry === undefined ? undefined : valueOf(entry)
  }

  async has(key: Key): Promise<boolean> {
    return (await this.#find(key)) !== undefined
  }

  async getMany<K extends Key>(keys: readonly K[]): Promise<Map<K, unknown>> {
    if (!Array.isArray(keys)) throw invalidArgument('keys', keys, 'an array of keys')
    const distinct = [...new Set<K>(keys)]
    const entries = await Promise.all(distinct.map((key) => this.#find(key)))
    return new Map(
      distinct.flatMap((key, n) => {
        const entry = entries[n]
        return entry === undefined ? [] : [[key, valueOf(entry)]]
      }),
    )
  }

  peek(key: Key): Peeked {
    const path = this.#checkedPath(key)
    return this.peekAt(path, this.shapeAt(path, undefined), undefined)
  }

  /** The same for a checked path. */
  peekAt(path: string, shape: number, schema: StandardSchemaV1 | undefined): Peeked {
    this.#engine.checkOpen()
    const held = this.#engine.held.peek(path, { shape, schema })
    const frame = this.#engine.frames.current()
    if (held?.kind !== 'fresh' && held?.kind !== 'stale') {
      frame?.missed(path)
      return MISSED
    }
    frame?.inherit(held.entry)
    return { hit: true, value: valueOf(held.entry), stale: held.kind === 'stale' }
  }

  async ttl(key: Key): Promise<Remaining | undefined> {
    const entry = await this.#find(key)
    if (entry === undefined) return undefined
    const { coherence, clock } = this.#engine
    const now = coherence.time.latest(clock.now())
    return { fresh: Math.max(0, entry.freshUntil - now), stale: Math.max(0, entry.staleUntil - now) }
  }

  async touch(key: Key, life: Lifetime = {}): Promise<boolean> {
    checkObject('the options of touch', life)
    checkOptions('the options of touch', life, TOUCH)
    const path = this.#checkedPath(key)
    const { ttl, stale, jitter, earlyRefresh } = resolveSettings(life, this.#namespace(path).settings)
    const entry = await this.#find(key)
    if (entry === undefined) return false
    const { writer, random } = this.#engine
    const touched = await writer.touch({ path, ttl: jittered(ttl, jitter, random), stale }, entry)
    if (touched) entry.hitUntil = refreshAt(entry, earlyRefresh, random)
    return touched
  }

  set(key: Key, value: unknown, options: SetOptions = {}): Promise<Reached> {
    return this.#setter.set([[key, value]], this.#checkedPath, options, 'set')
  }

  setMany(entries: Iterable<readonly [Key, unknown]>, options: SetManyOptions = {}): Promise<Reached> {
    return this.#setter.set(entries, this.#checkedPath, options, 'setMany')
  }

  async delete(key: Key): Promise<Reached> {
    return this.deleteAt(this.#checkedPath(key))
  }

  /** The same for a checked path. */
  deleteAt(path: string): Promise<Reached> {
    return this.#setter.delete(path)
  }

  token(): Promise<Token> {
    return this.#setter.token()
  }

  /** The path of a key, not checked. */
  pathOf(key: Key): string {
    return this.#pathOf(keyText(key))
  }

  async #find(key: Key): Promise<Entry | undefined> {
    const path = this.#checkedPath(key)
    const { name, counters, settings } = this.#namespace(path)
    return this.#engine.reads.find({ namespace: name, path, counters, ...settings })
  }

  #namespace(path: string): NamespaceRecord {
    this.#engine.checkOpen()
    return this.#engine.namespaces.get(path.slice(0, path.indexOf(':')))
  }
}
