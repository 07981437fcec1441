import { checkObject, invalidArgument, RedstartError } from '../errors.ts'
import { impliedNames, keyName, type Name, tagNames } from '../invalidation/names.ts'
import { count, DELETE, SET } from '../telemetry/counters.ts'
import type { EncodedValue } from '../wire/index.ts'
import { Budget } from './budget.ts'
import type { Engine } from './engine.ts'
import { type NamespaceOptions, type NamespaceRecord, resolveSettings } from './settings.ts'
import type { Reached } from './targets.ts'
import { takeToken, Token } from './token.ts'
import { encode, MOST_TAGS, type Origin } from './write.ts'

/** How values that are set are kept. What is left out comes from the namespace. */
export interface SetManyOptions extends Pick<NamespaceOptions, 'ttl' | 'stale'> {
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

/** A value with its place. */
export interface Setting {
  readonly path: string
  readonly value: unknown
}

/** What is common to values that are set together. */
interface Manner {
  readonly namespace: NamespaceRecord
  readonly ttl: number
  readonly stale: number
  readonly tags: readonly Name[]
}

/** The moment that a value which is set is bound to. */
type Moment = Pick<Origin, 'generation' | 'clock' | 'sequence' | 'since' | 'loaded' | 'reached'>

/** Stores values that callers bring. Paths given to it have been checked. */
export class Setter {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /**
   * An invalidation of the keys, then writes with the clock that came back: what readers had loaded before cannot outlive
   * them. Everything is encoded first, so that a value that cannot be stored changes nothing.
   */
  async set(settings: readonly Setting[], options: SetOptions, caller: string): Promise<Reached> {
    checkObject(`the options of ${caller}`, options)
    const { clock, deadline } = this.#engine
    const writes = settings.map(({ path, value }) => ({
      path,
      encoded: encode(value),
      manner: this.#manner(path, options, caller),
    }))
    if (writes.length === 0) return { reached: 'all' }
    const budget = new Budget(clock, deadline)
    const paths = writes.map(({ path }) => path)
    const moment = options.at === undefined ? await this.#invalidate(paths, budget) : momentOf(options.at, this.#engine)
    await Promise.all(writes.map(({ path, encoded, manner }) => this.#put(path, encoded, manner, moment, budget)))
    return { reached: moment.reached || options.at !== undefined ? 'all' : 'here' }
  }

  async delete(path: string): Promise<Reached> {
    const { counters } = this.#namespace(path)
    const { reached } = await this.#engine.invalidator.raise([keyName(path)], 'immediate', [path])
    this.#engine.l1.delete(path)
    count(counters, DELETE)
    return { reached }
  }

  /** See `Cache.token`. */
  token(): Promise<Token> {
    this.#engine.checkOpen()
    return takeToken(this.#engine)
  }

  #manner(path: string, options: SetOptions, caller: string): Manner {
    const namespace = this.#namespace(path)
    const { ttl, stale } = resolveSettings(options, namespace.settings)
    const tags = [...new Set(tagNames(options.tags ?? []))]
    if (tags.length > MOST_TAGS)
      throw new RedstartError(
        'TOO_MANY_TAGS',
        `${caller} was given ${tags.length} tags; at most ${MOST_TAGS} are stored: use coarser ones`,
      )
    return { namespace, ttl, stale, tags }
  }

  async #invalidate(paths: readonly string[], budget: Budget): Promise<Moment> {
    const { coherence, clock, invalidator, deadline } = this.#engine
    // Nobody has asked for the time yet: do so on the way, in the same trip.
    const asked = coherence.time.known ? undefined : coherence.ask(deadline).catch(() => undefined)
    // The values count from here: what is invalidated while their own invalidation travels must hide them.
    const since = clock.now()
    const { sequence } = coherence.pending
    const reach = await budget.use(() => invalidator.raise(paths.map(keyName), 'immediate', []))
    await asked
    const { generation, clock: viewClock } = coherence.view
    const loaded = coherence.time.earliest(since)
    return reach.reached === 'all'
      ? { generation: reach.generation, clock: reach.clock, sequence, since, loaded, reached: true }
      : { generation, clock: viewClock, sequence: coherence.pending.sequence, since, loaded, reached: false }
  }

  async #put(path: string, encoded: EncodedValue, manner: Manner, moment: Moment, budget: Budget): Promise<void> {
    const { namespace, ttl, stale, tags } = manner
    const { name, counters } = namespace
    const origin = { ...moment, names: [...impliedNames(path), ...tags], tags: tags.length, cost: 0 }
    await this.#engine.writer.put({ namespace: name, path, counters, ttl, stale }, encoded, origin, budget)
    count(counters, SET)
  }

  #namespace(path: string): NamespaceRecord {
    this.#engine.checkOpen()
    return this.#engine.namespaces.get(path.slice(0, path.indexOf(':')))
  }
}

function momentOf(token: unknown, engine: Engine): Moment {
  const moment = Token.momentOf(token, engine.coherence)
  if (moment === undefined) throw invalidArgument('at', token, 'a token of this instance: await cache.token()')
  return { ...moment, loaded: engine.coherence.time.earliest(moment.since) }
}
