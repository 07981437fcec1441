import { ask } from './ask.ts'
import { type Context, createContext, type Counts } from './context.ts'
import { asBuilt, type Design } from './design.ts'
import { breakSomething, type Victim } from './faults.ts'
import { History, type Violation } from './history.ts'
import type { Event } from './network.ts'
import { operate } from './operations.ts'
import { ModelProcess } from './process.ts'
import { ModelRedis } from './redis.ts'
import type { Rules } from './rules.ts'
import type { Weather } from './weather.ts'

/** How one run went. */
export interface Outcome {
  readonly violation: Violation | undefined
  /** Steps until the violation, or all of them. */
  readonly steps: number
  readonly counts: Counts
}

/** What a run follows from: the same plan runs the same way. */
export interface Plan {
  readonly seed: number
  readonly rules: Rules
  readonly steps: number
  /** What is not as built. */
  readonly design?: Partial<Design>
  /** Conditions that are not left to the seed. */
  readonly under?: Partial<Weather>
}

/**
 * One run: again and again, one of all the things that could happen next happens.
 *
 * @param trace gets a line for everything of note.
 */
export function run({ seed, rules, steps, design = {}, under = {} }: Plan, trace?: string[]): Outcome {
  const context = createContext({ seed, rules, design: { ...asBuilt, ...design }, under }, trace)
  const redis = new ModelRedis(context)
  const history = new History(context, redis)
  context.note(() => `weather ${JSON.stringify(context.weather)}`)
  const schedule = new Schedule(context, redis, history)
  let step = 0
  while (step < steps && history.violation === undefined) {
    step++
    schedule.step()
  }
  return { violation: history.violation, steps: step, counts: context.counts }
}

class Schedule implements Victim {
  readonly context: Context
  readonly redis: ModelRedis
  readonly processes: [ModelProcess, ...ModelProcess[]]
  readonly #history: History
  /** What could happen next; filled anew at each step. */
  readonly #events: Event[] = []
  readonly #operate: Event = { run: () => operate(this.context, this.redis, this.context.random.pick(this.processes)) }
  readonly #replicate: Event = { run: () => this.redis.replicate() }
  readonly #break: Event = { run: () => breakSomething(this) }

  constructor(context: Context, redis: ModelRedis, history: History) {
    this.context = context
    this.redis = redis
    this.#history = history
    this.processes = [this.#boot('p0')]
    for (let number = 1; number < context.weather.processes; number++) this.processes.push(this.#boot(`p${number}`))
  }

  step(): void {
    const { context, redis } = this
    const { random, weather } = context
    context.pass(random.chance(0.05) ? 1 + random.below(40) : 1)
    redis.late.runDue()
    this.#events.length = 0
    let busy = 0
    for (const process of this.processes) {
      this.#collect(process)
      busy += process.tasks.size
    }
    if (busy < weather.crowd) this.#events.push(this.#operate)
    if (random.chance(weather.faults)) this.#events.push(this.#break, this.#break)
    if (weather.failovers && random.chance(weather.replicationPace)) this.#events.push(this.#replicate, this.#replicate)
    this.#events[random.below(this.#events.length)]?.run()
  }

  replace = (process: ModelProcess): void => {
    process.network.close()
    process.tasks.drop()
    this.processes[this.processes.indexOf(process)] = this.#boot(process.name)
  }

  #collect(process: ModelProcess): void {
    if (process.pausedUntil > this.context.now) return
    const { coherence, network, tasks } = process
    network.collect(this.#events)
    tasks.collect(this.context.now, this.#events)
    if (
      !process.asking &&
      coherence.questionDue &&
      this.context.random.chance(coherence.outage ? 0.1 : this.context.weather.questions)
    ) {
      this.#events.push({ run: () => process.tasks.spawn(ask(process)) })
    }
  }

  #boot(name: string): ModelProcess {
    return new ModelProcess(name, this.context, this.redis, this.#history)
  }
}
