import type { Answer, Hint, Invalidated, Snapshot } from '../../src/invalidation/invalidation-store.ts'
import type { Marker } from '../../src/invalidation/view.ts'
import type { Context } from './context.ts'
import { ENTRY_TTL, type Entry, NO_GENERATION } from './entry.ts'
import { type Floors, floorsOf, refuses } from './floors.ts'
import { LateCommands } from './late-commands.ts'
import type { Raise } from './marker.ts'
import { inGeneration, type Meta, newMeta, raiseMarkers, takenOver } from './redis-meta.ts'
import { copyData, type Data, type Mark, Replicas, type Retired, type Stored } from './replicas.ts'
import { ServerClock } from './server-clock.ts'

/** A snapshot with the server's time: one trip asks for both. */
export interface Reading extends Snapshot {
  readonly time: number
  readonly writeFloors: Floors
  readonly continues: Meta['continues']
}

/** Redis: every public method up to "what goes wrong" is one atomic step that a client may send. */
export class ModelRedis {
  /** Identity of the running server. */
  runId = 1
  readonly clock: ServerClock
  readonly late: LateCommands
  readonly #context: Context
  readonly #listeners = new Set<(hint: Hint) => void>()
  #entries = new Map<string, Stored>()
  #meta: Meta | undefined
  #saved: Data | undefined
  #retired: Retired | undefined
  readonly #replicas: Replicas
  #runs = 1
  #offset = 0
  /** The run that the server of now followed before it was promoted. */
  #followed = -1

  constructor(context: Context) {
    this.#context = context
    this.clock = new ServerClock(context)
    this.late = new LateCommands(context)
    this.#replicas = new Replicas(context, context.weather.failovers ? 2 : 0, () => ++this.#runs)
  }

  /** The server's wall clock. */
  get time(): number {
    return this.clock.now
  }

  /** The question: starts a generation where there is none, or where another server started it. */
  ask(): Answer {
    const meta = this.#meta
    if (this.#context.rules.runId && meta !== undefined && meta.runId !== this.runId)
      this.#meta = takenOver(
        meta,
        { run: this.runId, followed: this.#followed },
        () => this.#newGeneration(),
        this.#context,
      )
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
    const { generation, clock, floor, continues } = meta
    const [floors, writeFloors] = [floorsOf(names, meta.floors), new Map(meta.writeFloors)]
    return { generation, clock, floor, floors, writeFloors, markers, continues, time: this.time }
  }

  invalidate(names: readonly string[], how: Omit<Raise, 'clock'>): Invalidated {
    const meta = this.#generation()
    const previous = meta.clock
    this.#offset++
    raiseMarkers(meta, names, how, this.time, this.#context)
    const done: Invalidated = { generation: meta.generation, previous, clock: meta.clock }
    this.#context.note(
      () => `redis: ${how.kind} ${names.join(' ')} -> ${done.generation}/${done.clock}, floor ${meta.floor}`,
    )
    for (const listener of this.#listeners) listener({ ...done, names, ...how })
    this.#unlink(names, how.kind)
    return done
  }

  get(path: string): Entry | undefined {
    const stored = this.#entries.get(path)
    return stored === undefined || stored.expires < this.#context.now ? undefined : stored.entry
  }

  write(entry: Entry): void {
    const meta = this.#meta
    const mine = meta !== undefined && inGeneration(entry, meta).generation === meta.generation
    if (mine && refuses(meta, entry, this.time, this.#context)) {
      this.#context.counts.refused++
      return
    }
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

  // What goes wrong.

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

  save(): void {
    this.#saved = copyData(this.#data)
  }

  /** Another server takes over with what was last saved. False when nothing was. */
  restart(): boolean {
    if (this.#saved === undefined) return false
    this.runId = ++this.#runs
    this.#followed = -1
    this.#data = copyData(this.#saved)
    this.#replicas.orphan()
    return true
  }

  /** The entries of another server, which has no say in generations, are those of an old snapshot. */
  restoreEntries(): boolean {
    if (this.#saved === undefined) return false
    this.#entries = new Map(this.#saved.entries)
    return true
  }

  /** What a client may wait for after a command. */
  get mark(): Mark {
    return { run: this.runId, offset: this.#offset }
  }

  acknowledged({ run, offset }: Mark): boolean {
    return run === this.runId && this.#replicas.acknowledged(offset)
  }

  replicate(): void {
    this.#replicas.follow(this.#data, this.runId, this.#offset)
  }

  restartReplica(): void {
    this.#replicas.restart()
  }

  /** @param until when the old master ends, for those who are still connected to it. */
  promote(until: number): void {
    this.#retired = { run: this.runId, until, data: this.#data }
    const { run, followed, data } = this.#replicas.promote()
    this.runId = run
    this.#followed = followed
    this.#data = data
  }

  /** Runs a command on the server that a client is connected to. False when that is gone. */
  on(run: number, command: () => void): boolean {
    if (run === this.runId) {
      command()
      return true
    }
    const retired = this.#retired
    if (retired?.run !== run || retired.until < this.#context.now) return false
    const { data, runId } = { data: this.#data, runId: this.runId }
    this.#data = retired.data
    this.runId = run
    command()
    retired.data = this.#data
    this.#data = data
    this.runId = runId
    return true
  }

  get #data(): Data {
    return { meta: this.#meta, entries: this.#entries }
  }

  set #data({ meta, entries }: Data) {
    this.#meta = meta
    this.#entries = entries
  }

  #generation(): Meta {
    if (this.#meta !== undefined) return this.#meta
    this.#meta = newMeta(this.#newGeneration(), this.runId)
    return this.#meta
  }

  #newGeneration(): string {
    const number = ++this.#context.counts.generations
    return this.#context.rules.randomGeneration ? `g${number}` : 'g'
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

  /** Economy where markers do not age: the entries live on other servers, so it may not happen. */
  #unlink(names: readonly string[], kind: Raise['kind']): void {
    const { design, rules } = this.#context
    if (design.ageing !== 'none' && rules.unlinkAtOnce) {
      for (const name of names) if (name.startsWith('k:') && kind === 'hard') this.#entries.delete(name.slice(2))
      return
    }
    for (const name of names)
      if (name.startsWith('k:') && this.#context.random.chance(0.7)) this.#entries.delete(name.slice(2))
  }
}
