import { checkFunction, checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { checkNamespace } from '../keys.ts'
import { membersOf } from '../members.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { compileGlob, escapeGlob, type Glob, matchesAll } from './glob.ts'
import { type PurgeParts, type PurgeProgress, PurgeRun } from './purge-run.ts'
import type { Reached } from './targets.ts'

/** Which entries of a namespace to remove. */
export interface NamespacePurge {
  /**
   * A pattern over whole keys: `*` stands for any characters, `:` included, `?` for one, `[a-z]` for one of a range,
   * `[^a-z]` for one outside of it, and `\` takes the meaning of what follows away. Text that comes from a user goes
   * through `glob.escape()`.
   */
  readonly match: string
  /** Says that a pattern which matches everything, such as `*` or `?*`, is meant; `clear()` does the same to readers in one step. */
  readonly all?: true
}

/** Which entries to remove. */
export interface PurgeRequest extends NamespacePurge {
  /** Compares with the keys of this namespace, without it; left out, with whole keys: `namespace:key`. */
  readonly namespace?: string
}

/** How a purge runs. */
export interface PurgeOptions {
  /** Stops it between two batches: it rejects with the signal's reason, and what was removed stays so. */
  readonly signal?: AbortSignal
  /** Told after each batch. What it throws or rejects with is told as an event. */
  readonly onProgress?: (progress: PurgeProgress) => void
  /** Entries that are removed together, 1 to 5000. @default 500 */
  readonly batch?: number
}

/** What a purge has done. */
export interface Purged extends PurgeProgress, Reached {}

/** Which keys are wanted. */
export interface KeysOptions {
  /** A pattern as in {@link NamespacePurge.match}. @default all */
  readonly match?: string
  /** Ends the iteration with the signal's reason. */
  readonly signal?: AbortSignal
}

export interface PurgerParts extends PurgeParts {
  readonly telemetry: Telemetry
  readonly checkOpen: () => void
}

const REQUEST = membersOf<PurgeRequest>({ match: true, all: true, namespace: true })
const OPTIONS = membersOf<PurgeOptions>({ signal: true, onProgress: true, batch: true })
const KEYS = membersOf<KeysOptions>({ match: true, signal: true })

const DEFAULT_BATCH = 500
const MOST_TOGETHER = 5000

/** Removes entries by pattern, and lists what is stored: maintenance, since it costs a walk over all keys of the server. */
export class Purger {
  readonly #parts: PurgerParts

  constructor(parts: PurgerParts) {
    this.#parts = parts
  }

  /** See `Cache.purge`. */
  async purge(request: PurgeRequest, options: PurgeOptions = {}): Promise<Purged> {
    this.#parts.checkOpen()
    const match = matchOf(request)
    const { signal, onProgress, batch } = checkOptions(options)
    signal?.throwIfAborted()
    const run = new PurgeRun(this.#parts, match)
    try {
      await run.begin()
      const waiting = new Set<string>(run.heldHere())
      for await (const found of run.steps()) {
        for (const path of found) waiting.add(path)
        while (waiting.size >= batch) await this.#next(run, waiting, batch, signal, onProgress)
        this.#checkGoingOn(signal)
      }
      while (waiting.size > 0) await this.#next(run, waiting, batch, signal, onProgress)
    } catch (error) {
      throw run.explain(error)
    }
    const { scanned, removed, widened } = run.progress()
    this.#parts.telemetry.emit({ type: 'cache.purge', match: match.source, scanned, removed, widened })
    return { ...run.progress(), reached: run.reached }
  }

  /** See `Cache.keys`. */
  keys(prefix: string, options: KeysOptions = {}): AsyncIterableIterator<string> {
    const { store, deadline, checkOpen } = this.#parts
    checkOpen()
    checkObject('the options of keys', options)
    checkMembers('the options of keys', options, KEYS)
    const { match = '*', signal } = options
    checkSignal(signal)
    const pattern = compileGlob(`${escapeGlob(prefix)}${compileGlob(match).source}`)
    async function* walk(): AsyncGenerator<string, void, undefined> {
      signal?.throwIfAborted()
      for await (const paths of store.scan({ match: pattern }, deadline)) {
        for (const path of paths) {
          signal?.throwIfAborted()
          yield path.slice(prefix.length)
        }
        signal?.throwIfAborted()
        checkOpen()
      }
    }
    return walk()
  }

  async #next(
    run: PurgeRun,
    waiting: Set<string>,
    batch: number,
    signal: AbortSignal | undefined,
    onProgress: PurgeOptions['onProgress'],
  ): Promise<void> {
    this.#checkGoingOn(signal)
    const paths = [...waiting].slice(0, batch)
    for (const path of paths) waiting.delete(path)
    await run.remove(paths)
    if (onProgress !== undefined) this.#parts.telemetry.tell(onProgress, run.progress())
  }

  #checkGoingOn(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted()
    this.#parts.checkOpen()
  }
}

function matchOf(request: PurgeRequest): Glob {
  checkObject('the first argument of purge', request)
  checkMembers('the first argument of purge', request, REQUEST)
  const { match, namespace, all } = request
  const own = compileGlob(match).source
  if (matchesAll(own) && all !== true)
    throw invalidArgument(
      'match',
      match,
      'a narrower pattern; clear() is one step for everything, or say { all: true }',
    )
  return namespace === undefined ? compileGlob(own) : compileGlob(`${escapeGlob(checkNamespace(namespace))}:${own}`)
}

function checkOptions(options: PurgeOptions): PurgeOptions & { readonly batch: number } {
  checkObject('the options of purge', options)
  checkMembers('the options of purge', options, OPTIONS)
  const { signal, onProgress, batch = DEFAULT_BATCH } = options
  checkSignal(signal)
  if (onProgress !== undefined) checkFunction('onProgress', onProgress)
  if (!Number.isSafeInteger(batch) || batch < 1 || batch > MOST_TOGETHER)
    throw invalidArgument('batch', batch, `a whole number of 1 to ${MOST_TOGETHER}`)
  return { ...options, batch }
}

function checkSignal(signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('signal', signal, 'an AbortSignal')
}
