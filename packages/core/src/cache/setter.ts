import { checkObject, invalidArgument, RedstartError } from '../errors.ts'
import { impliedNames, keyName, type Name, tagNames } from '../invalidation/names.ts'
import type { Key } from '../keys.ts'
import { membersOf } from '../members.ts'
import { count, DELETE, SET } from '../telemetry/counters.ts'
import type { EncodedValue } from '../wire/index.ts'
import { Budget } from './budget.ts'
import { refreshAt } from './early-refresh.ts'
import type { Engine } from './engine.ts'
import { jittered } from './jitter.ts'
import { checkOptions, LIFETIME_MEMBERS } from './known-options.ts'
import type { EarlyRefresh } from './load-options.ts'
import { encode } from './pack.ts'
import { MOST_TAGS } from './refusal.ts'
import { type NamespaceOptions, type NamespaceRecord, resolveLifetime, settingsOfCall } from './settings.ts'
import { MOST_NAMES, type Reached } from './targets.ts'
import { takeToken, Token } from './token.ts'
import type { Origin, Placement } from './write.ts'

/** How values that are set are kept. What is left out comes from the namespace. */
export interface SetManyOptions extends Pick<
  NamespaceOptions,
  'ttl' | 'stale' | 'version' | 'serializer' | 'compression' | 'maxValueBytes'
> {
  /** Tags that can invalidate what is set. @default none */
  readonly tags?: readonly string[]
}

/** How a value that is set is kept. */
export interface SetOptions extends SetManyOptions {
  /**
   * Taken before the value was read from its source: the value counts as loaded then. Nothing is invalidated, and what
   * has been invalidated since hides the value. Without it, the value counts as newer than everything before.
   */
  readonly at?: Token
}

const SET_MANY: Readonly<Record<keyof SetManyOptions, true>> = {
  ...LIFETIME_MEMBERS,
  tags: true,
  version: true,
  serializer: true,
  compression: true,
  maxValueBytes: true,
}
const KNOWN = { set: membersOf<SetOptions>({ ...SET_MANY, at: true }), setMany: membersOf<SetManyOptions>(SET_MANY) }

/** What is common to values that are set together. */
interface Manner {
  readonly place: Placement
  readonly tags: readonly Name[]
  readonly earlyRefresh: EarlyRefresh
}

/** Values that are stored together; the others wait, so that this process reads replies in between. */
const SLICE = 250

/** The moment that a value which is set is bound to. */
type Moment = Pick<Origin, 'generation' | 'clock' | 'sequence' | 'since' | 'loaded' | 'reached'>

/** Stores values that callers bring, and deletes. */
export class Setter {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /**
   * An invalidation of the keys, then writes with the clock that came back: what readers had loaded before cannot outlive
   * them. Everything is encoded first, so that a value that cannot be stored changes nothing.
   *
   * @param pathOf makes a checked path of a key.
   */
  async set(
    entries: Iterable<readonly [Key, unknown]>,
    pathOf: (key: Key) => string,
    options: SetOptions,
    caller: 'set' | 'setMany',
  ): Promise<Reached> {
    checkObject(`the options of ${caller}`, options)
    checkOptions(`the options of ${caller}`, options, KNOWN[caller])
    // Of two for one key the later one counts, as if they had been set one after the other.
    const settings = [...new Map(pairsOf(entries, pathOf))]
    if (settings.length > MOST_NAMES)
      throw invalidArgument('entries', settings, `at most ${MOST_NAMES} of them: they are invalidated in one step`)
    const { clock, deadline } = this.#engine
    const writes = settings.map(([path, value]) => {
      const manner = this.#manner(path, options, caller)
      return { path, manner, encoded: encode(value, manner.place.form.maxValueBytes, manner.place.serializer) }
    })
    if (writes.length === 0) return { reached: 'all' }
    const begun = clock.now()
    const paths = writes.map(({ path }) => path)
    const moment = options.at === undefined ? await this.#invalidate(paths) : momentOf(options.at, this.#engine)
    const outer = this.#engine.frames.current()?.budget
    // A failure of one is a failure of all. Many are not one operation of the backend: each has a deadline of its own.
    const whole = new Budget(clock, deadline - (clock.now() - begun), outer)
    const several = writes.length === 1 ? undefined : new Budget(clock, Infinity, outer)
    for (let n = 0; n < writes.length; n += SLICE)
      await Promise.all(
        writes.slice(n, n + SLICE).map(({ encoded, manner }) => {
          const budget = several === undefined ? whole : new Budget(clock, deadline, several)
          return this.#put(encoded, manner, moment, budget)
        }),
      )
    return { reached: moment.reached ? 'all' : 'here' }
  }

  async delete(path: string): Promise<Reached> {
    const { name: namespace, counters } = this.#namespace(path)
    const { invalidator, l1, telemetry } = this.#engine
    const { reached } = await invalidator.raise([keyName(path)], 'immediate', [path])
    l1.delete(path)
    count(counters, DELETE)
    if (telemetry.hears('cache.delete')) telemetry.emit({ type: 'cache.delete', namespace, key: path, reached })
    return { reached }
  }

  /** See `Cache.token`. */
  async token(): Promise<Token> {
    this.#engine.checkOpen()
    return takeToken(this.#engine)
  }

  #manner(path: string, options: SetOptions, caller: string): Manner {
    const { name, settings, counters } = this.#namespace(path)
    const life = resolveLifetime(options, settings)
    const { jitter, earlyRefresh, form, serializer, compression } = settingsOfCall(options, settings, life.ttl)
    const ttl = jittered(life.ttl, jitter, this.#engine.random)
    const { stale } = life
    const tags = [...new Set(tagNames(options.tags ?? []))]
    if (tags.length > MOST_TAGS)
      throw new RedstartError(
        'TOO_MANY_TAGS',
        `${caller} was given ${tags.length} tags; at most ${MOST_TAGS} are stored: use coarser ones`,
      )
    return { place: { namespace: name, path, counters, ttl, stale, form, serializer, compression }, tags, earlyRefresh }
  }

  /** Always made, whatever has been spent so far: what does not reach the backend holds here and is sent later. */
  async #invalidate(paths: readonly string[]): Promise<Moment> {
    const { coherence, clock, invalidator, deadline } = this.#engine
    // Nobody has asked for the time yet: do so on the way, in the same trip.
    const asked = coherence.time.known ? undefined : coherence.ask(deadline).catch(() => undefined)
    // The values count from here: what is invalidated while their own invalidation travels must hide them.
    const since = clock.now()
    const { sequence } = coherence.pending
    const reach = await invalidator.raise(paths.map(keyName), 'immediate', [])
    await asked
    const { generation, clock: viewClock } = coherence.view
    const loaded = coherence.time.earliest(since)
    return reach.reached === 'all'
      ? { generation: reach.generation, clock: reach.clock, sequence, since, loaded, reached: true }
      : { generation, clock: viewClock, sequence: coherence.pending.sequence, since, loaded, reached: false }
  }

  async #put(encoded: EncodedValue, manner: Manner, moment: Moment, budget: Budget): Promise<void> {
    const { place, tags, earlyRefresh } = manner
    const origin = { names: [...impliedNames(place.path), ...tags], tags: tags.length, cost: 0, ...moment }
    const entry = await this.#engine.writer.put(place, encoded, origin, budget)
    entry.hitUntil = refreshAt(entry, earlyRefresh, this.#engine.random)
    count(place.counters, SET)
  }

  #namespace(path: string): NamespaceRecord {
    this.#engine.checkOpen()
    return this.#engine.namespaces.get(path.slice(0, path.indexOf(':')))
  }
}

function momentOf(token: unknown, engine: Engine): Moment {
  const moment = Token.momentOf(token, engine.coherence)
  if (moment === undefined) throw invalidArgument('at', token, 'a token of this instance: await cache.token()')
  return { loaded: engine.coherence.time.earliest(moment.since), ...moment }
}

/** @throws RedstartError `INVALID_ARGUMENT` for what holds something else than pairs. */
function* pairsOf(
  entries: Iterable<readonly [Key, unknown]>,
  pathOf: (key: Key) => string,
): Generator<readonly [string, unknown]> {
  // What types forbid is passed all the same: null, or a text, which holds letters.
  if (typeof entries !== 'object' || !(Symbol.iterator in (entries ?? {})))
    throw invalidArgument('entries', entries, 'pairs of a key and a value, such as a Map')
  for (const pair of entries) {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw invalidArgument('an entry', pair, 'a pair of a key and a value')
    yield [pathOf(pair[0]), pair[1]]
  }
}
