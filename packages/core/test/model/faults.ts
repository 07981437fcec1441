import type { Context } from './context.ts'
import { PATHS } from './entry.ts'
import type { Weather } from './weather.ts'
import type { ModelProcess } from './process.ts'
import type { ModelRedis } from './redis.ts'

/** The run that faults happen to. */
export interface Victim {
  readonly context: Context
  readonly redis: ModelRedis
  readonly processes: readonly [ModelProcess, ...ModelProcess[]]
  /** Another process takes the place of this one. */
  replace(process: ModelProcess): void
}

type Fault = (victim: Victim) => string | undefined

function possible({ restarts, failovers, apart }: Weather): readonly [Fault, ...Fault[]] {
  if (failovers) return withFailovers
  if (apart) return withEntriesApart
  return restarts ? withRestarts : faults
}

/** Lets one thing go wrong. */
export function breakSomething(victim: Victim): void {
  const { random, weather } = victim.context
  const favourite = favourites[weather.mostly]
  const fault = favourite !== undefined && random.chance(0.6) ? favourite : random.pick(possible(weather))
  const what = fault(victim)
  if (what !== undefined) victim.context.note(() => `FAULT: ${what}`)
}

const evictMeta: Fault = ({ redis }) => {
  redis.evictMeta()
  return 'meta evicted'
}

const evictEntry: Fault = ({ redis, context }) => {
  const path = context.random.pick(PATHS)
  redis.evictEntry(path)
  return `${path} evicted`
}

const flush: Fault = ({ redis }) => {
  redis.flush()
  return 'FLUSHALL'
}

const stepTime: Fault = ({ redis, context }) => {
  const offset = context.random.below(2000) - 1000
  redis.clock.step(offset)
  return `the server's wall clock is set to ${offset} from true`
}

const loseHints: Fault = ({ processes, context }) => {
  const process = context.random.pick(processes)
  process.network.loseHints()
  return `${process.name} loses the hints on their way`
}

const toggleCut: Fault = ({ processes, context }) => {
  const { name, network } = context.random.pick(processes)
  network.cut = !network.cut
  if (network.cut) network.loseHints()
  return network.cut ? `${name} is cut off` : `${name} is reachable`
}

/** A process that dies with a pending list loses it; that is said in the protocol and not tried here. */
const restartProcess: Fault = ({ processes, context, replace }) => {
  const process = context.random.pick(processes)
  if (process.pending.first !== undefined || process.network.cut) return undefined
  replace(process)
  return `${process.name} restarts`
}

const save: Fault = ({ redis }) => {
  redis.save()
  return 'Redis saves a snapshot'
}

const restartRedis: Fault = (victim) => {
  if (!victim.redis.restart()) return undefined
  victim.context.counts.restarts++
  lostMaster(victim)
  return 'Redis restarts from its snapshot'
}

/** Another server has all slots but that of meta. */
const restoreEntries: Fault = ({ redis }) =>
  redis.restoreEntries() ? 'the entries are restored from a snapshot' : undefined

const promote: Fault = (victim) => {
  const { redis, context } = victim
  const until = context.now + context.random.below(context.weather.split + 1) - 1
  redis.promote(until)
  context.counts.promotions++
  lostMaster(victim)
  return `a replica is promoted; the old master ends at ${until}`
}

const restartReplica: Fault = ({ redis }) => {
  redis.restartReplica()
  return 'a replica restarts from its disk'
}

/** The worst of it: it lacks what it once had, and nobody has heard of its run. */
const promoteRestarted: Fault = (victim) => {
  const restarted = restartReplica(victim)
  return `${restarted}; ${promote(victim)}`
}

const pause: Fault = ({ processes, context }) => {
  const process = context.random.pick(processes)
  process.pausedUntil = context.now + context.random.below(300)
  return `${process.name} is paused until ${process.pausedUntil}`
}

/** Who has not noticed finds out with the next command. */
function lostMaster({ processes, context }: Victim): void {
  for (const { network, coherence } of processes) {
    network.loseHints()
    if (context.random.chance(0.5)) coherence.outage = true
    coherence.questionWanted = true
  }
}

const favourites: Readonly<Record<Weather['mostly'], Fault | undefined>> = {
  cuts: toggleCut,
  evictions: evictMeta,
  time: stepTime,
  restores: (victim) => (victim.context.random.chance(0.5) ? save(victim) : restoreEntries(victim)),
  promotions: (victim) => (victim.context.random.chance(0.3) ? promoteRestarted(victim) : promote(victim)),
  anything: undefined,
}

const faults: readonly [Fault, ...Fault[]] = [
  evictMeta,
  evictMeta,
  evictEntry,
  evictEntry,
  flush,
  stepTime,
  loseHints,
  toggleCut,
  toggleCut,
  restartProcess,
]
const withRestarts: readonly [Fault, ...Fault[]] = [...faults, save, restartRedis]
const withEntriesApart: readonly [Fault, ...Fault[]] = [...faults, save, restoreEntries]
const withFailovers: readonly [Fault, ...Fault[]] = [
  ...withRestarts,
  promote,
  promote,
  promote,
  restartReplica,
  pause,
  restartProcess,
]
