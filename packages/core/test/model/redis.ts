import type { Answer, Hint, Invalidated, Snapshot } from '../../src/invalidation/invalidation-store.ts'
import type { Marker } from '../../src/invalidation/view.ts'
import type { Context } from './context.ts'
import { ENTRY_TTL, type Entry, MAX_STALENESS, NO_GENERATION } from './entry.ts'
import type { Raise } from './marker.ts'
import { copyMeta, type Meta, newMeta, raiseMarkers } from './redis-meta.ts'

/** A snapshot with the server's time: one trip asks for both. */
export interface Reading extends Snapshot {
  readonly time: number
}

interface Stored {
  readonly entry: Entry
  readonly expires: number
}

interface Saved {
  readonly meta: Meta | undefined
  readonly entries: ReadonlyMap<string, Stored>
}

/** Redis: every public method up to "what goes wrong" is one atomic step that a client may send. */
export class ModelRedis {
  /** Identity of the running server. */
  runId = 1
  /** True while a command runs whose client gave up on it. */
  runningLate = false
  readonly #context: Context
  readonly #listeners = new Set<(hint: Hint) => void>()
  #entries = new Map<string, Stored>()
  #meta: Meta | undefined
  #saved: Saved | undefined
  #late: { readonly at: number; readonly run: () => void }[] = []
  #timeOffset = 0
  #steppedAt = -Infinity

  constructor(context: Context) {
    this.#context = context
  }

  /** The server's wall clock. */
  get time(): number {
    return this.#context.now + this.#timeOffset
  }

  /** The question: starts a generation where there is none, or where another server started it. */
  ask(): Answer {
    if (this.#context.rules.runId && this.#meta !== undefined && this.#meta.runId !== this.runId) this.#meta = undefined
    const { generation, clock } = this.#generation()
    return { generation, clock, time: this.time }
  }

  snapshot(names: readonly string[]): Reading | undefined {
    const meta = this.#meta
    if (meta === undefined) return undefined
    const markers = new Map<string, Marker>()
    for (const name of names) {
      const marker = meta.markers.get(name)
      if (marker !== undefined) markers.set(name, marker)
    }
    return { generation: meta.generation, clock: meta.clock, floor: meta.floor, markers, time: this.time }
  }

  invalidate(names: readonly string[], how: Omit<Raise, 'clock'>): Invalidated {
    const meta = this.#generation()
    const previous = meta.clock
    raiseMarkers(meta, names, how, this.time, this.#context)
    const done: Invalidated = { generation: meta.generation, previous, clock: meta.clock }
    this.#context.note(
      () => `redis: ${how.kind} ${names.join(' ')} -> ${done.generation}/${done.clock}, floor ${meta.floor}`,
    )
    for (const listener of this.#listeners) listener({ ...done, names, ...how })
    this.#unlink(names)
    return done
  }

  get(path: string): Entry | undefined {
    const stored = this.#entries.get(path)
    return stored === undefined || stored.expires < this.#context.now ? undefined : stored.entry
  }

  write(entry: Entry): void {
    const there = this.get(entry.path)
    const outranked = there !== undefined && there.generation === entry.generation && there.clock > entry.clock
    if (outranked && this.#context.weather.economy.compareAndSet) return
    this.#store(entry.generation === NO_GENERATION ? this.#stampedNow(entry) : entry)
  }

  /** R6 taken back: one script that takes a clock and stores a value with it. */
  invalidateAndStore(names: readonly string[], entry: Entry): Invalidated {
    const done = this.invalidate(names, { kind: 'hard', deadline: Infinity })
    this.#store({ ...entry, generation: done.generation, clock: done.clock })
    return done
  }

  /** R7 taken back: a new clock for whatever is stored. */
  restamp(path: string, generation: string, clock: number): void {
    const there = this.get(path)
    if (there !== undefined) this.#store({ ...there, generation, clock, bornAt: this.#context.now })
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Since when the server's time has passed a deadline, as far as the claim goes: after a step of the wall clock, the
   * processes have `maxStaleness` to learn of it.
   */
  passedSince(deadline: number): number {
    return Math.max(deadline - this.#timeOffset, this.#steppedAt + MAX_STALENESS)
  }

  // What goes wrong.

  /** A command whose client no longer waits. */
  runLater(at: number, run: () => void): void {
    this.#late.push({ at, run })
  }

  runDue(): void {
    const due = this.#late[0]
    if (due === undefined || due.at > this.#context.now) return
    this.#late.shift()
    this.#context.note(() => 'a command that timed out runs late')
    this.runningLate = true
    due.run()
    this.runningLate = false
  }

  evictMeta(): void {
    this.#meta = undefined
  }

  evictEntry(path: string): void {
    this.#entries.delete(path)
  }

  flush(): void {
    this.#meta = undefined
    this.#entries.clear()
  }

  stepTime(offset: number): void {
    this.#timeOffset = offset
    this.#steppedAt = this.#context.now
  }

  save(): void {
    this.#saved = { meta: this.#meta && copyMeta(this.#meta), entries: new Map(this.#entries) }
  }

  /** Another server takes over with what was last saved. False when nothing was. */
  restart(): boolean {
    if (this.#saved === undefined) return false
    this.runId++
    this.#meta = this.#saved.meta && copyMeta(this.#saved.meta)
    this.#entries = new Map(this.#saved.entries)
    return true
  }

  #generation(): Meta {
    if (this.#meta !== undefined) return this.#meta
    const number = ++this.#context.counts.generations
    this.#meta = newMeta(this.#context.rules.randomGeneration ? `g${number}` : 'g', this.runId)
    return this.#meta
  }

  #store(entry: Entry): void {
    this.#entries.set(entry.path, { entry, expires: this.#context.now + ENTRY_TTL })
    this.#context.note(
      () => `redis: stored ${entry.path} as of ${entry.generation}/${entry.clock}, ${entry.names.join(' ')}`,
    )
  }

  /** R4 taken back: the generation of the write, not of the load. */
  #stampedNow(entry: Entry): Entry {
    const { generation, clock } = this.#generation()
    return { ...entry, generation, clock }
  }

  /** Economy: the entries live on other servers, so it may not happen. */
  #unlink(names: readonly string[]): void {
    for (const name of names)
      if (name.startsWith('k:') && this.#context.random.chance(0.7)) this.#entries.delete(name.slice(2))
  }
}
