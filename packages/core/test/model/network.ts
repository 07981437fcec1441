import type { Hint } from '../../src/invalidation/invalidation-store.ts'
import type { Context } from './context.ts'
import type { ModelRedis } from './redis.ts'
import type { Steps, Task, Wait } from './tasks.ts'

/** What a caller gets for a command that failed or timed out: it may have run, may run later, or never. */
export const FAILED: unique symbol = Symbol('failed')
export type Failed = typeof FAILED

/** Something that can happen next. */
export interface Event {
  run(): void
}

/** A reply, with the place of its command in the order of sending. */
export interface Reply<T> {
  readonly value: T
  readonly number: number
  readonly sentAt: number
}

interface Call extends Wait, Arrival {
  /** Runs it on the server; the reply is kept. */
  perform(): void
  /** Runs it on the server; nobody hears of it. */
  performUnheard(): void
  /** The first command on a new connection. */
  readonly greeting: boolean
}

interface Arrival {
  arrive(): void
}

/** A connection: commands run and replies arrive in the order of sending. */
class Link {
  readonly execute: Event = { run: () => this.#execute() }
  readonly deliver: Event = { run: () => this.#arrivals.shift()?.arrive() }
  readonly #sent: Call[] = []
  readonly #arrivals: Arrival[] = []
  readonly #reach: (call: Call) => void

  constructor(reach: (call: Call) => void) {
    this.#reach = reach
  }

  send(call: Call): void {
    this.#sent.push(call)
  }

  push(arrival: Arrival): void {
    this.#arrivals.push(arrival)
  }

  collect(into: Event[]): void {
    if (this.#sent.length > 0) into.push(this.execute)
    if (this.#arrivals.length > 0) into.push(this.deliver)
  }

  #execute(): void {
    const call = this.#sent.shift()
    if (call === undefined) return
    this.#reach(call)
    this.#arrivals.push(call)
  }
}

/** A process's way to Redis: one link for meta and scripts, one for entries, and the hints. */
export class Network {
  cut = false
  /** The server that answered the last greeting; commands to any other fail. */
  #server = -1
  /** Numbers commands in the order of sending. */
  #count = 0
  readonly meta: Link
  readonly entries: Link
  readonly #context: Context
  readonly #redis: ModelRedis
  readonly #hear: (hint: Hint) => void
  readonly #unsubscribe: () => void
  #hints: Hint[] = []
  readonly #deliverHint: Event = { run: () => this.#arriveHint() }

  constructor(context: Context, redis: ModelRedis, hear: (hint: Hint) => void) {
    const reach = (call: Call): void => this.#reach(call)
    this.#context = context
    this.#redis = redis
    this.#hear = hear
    this.meta = new Link(reach)
    this.entries = new Link(reach)
    this.#unsubscribe = redis.subscribe((hint) => this.#receive(hint))
  }

  /** Sends a command and waits for its reply. */
  *send<T>(link: Link, command: () => T, greeting = false): Steps<Reply<T> | Failed> {
    const number = ++this.#count
    const sentAt = this.#context.now
    let reply: Reply<T> | Failed = FAILED
    let processedAt = Infinity
    let waiting: Task | undefined
    const call: Call = {
      greeting,
      perform() {
        reply = { value: command(), number, sentAt }
      },
      performUnheard() {
        command()
      },
      ready: (now) => now >= processedAt,
      heldBy(task) {
        waiting = task
      },
      arrive: () => {
        const { random, now, weather } = this.#context
        processedAt = now + random.below(weather.lateReplies + 1)
        if (weather.lateReplies === 0) waiting?.run()
      },
    }
    link.send(call)
    yield call
    return reply
  }

  /** Adds to `into` what may happen next between this process and Redis. */
  collect(into: Event[]): void {
    this.meta.collect(into)
    this.entries.collect(into)
    if (this.#hints.length > 0 && !this.cut && this.#context.random.chance(this.#context.weather.hintPace))
      into.push(this.#deliverHint)
  }

  loseHints(): void {
    this.#hints = []
  }

  close(): void {
    this.#unsubscribe()
  }

  #reach(call: Call): void {
    if (this.cut) this.#timeOut(call)
    else if (call.greeting) {
      this.#server = this.#redis.runId
      call.perform()
    } else this.#redis.on(this.#server, () => call.perform())
  }

  /** The caller hears nothing; the command ran, runs late, or is lost. */
  #timeOut(call: Call): void {
    const { random, now } = this.#context
    const dice = random.below(10)
    if (dice < 3) call.performUnheard()
    else if (dice < 6 && !call.greeting) this.#redis.late.add(now + random.below(300), () => call.performUnheard())
  }

  #receive(hint: Hint): void {
    const { random, weather } = this.#context
    if (this.cut || (weather.failovers && this.#server !== this.#redis.runId)) return
    if (random.chance(weather.hintLoss)) return
    if (weather.connections === 'one') this.meta.push({ arrive: () => this.#hear(hint) })
    else this.#hints.push(hint)
  }

  /** Mostly the first one; now and then one behind it, as over several connections. */
  #arriveHint(): void {
    const { random } = this.#context
    const index = random.chance(0.3) ? random.below(Math.min(3, this.#hints.length)) : 0
    const [hint] = this.#hints.splice(index, 1)
    if (hint !== undefined) this.#hear(hint)
  }
}
