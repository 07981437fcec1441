import { keyName } from '../../src/invalidation/names.ts'
import { acknowledged } from './acknowledge.ts'
import { declaredNames, type Entry } from './entry.ts'
import type { Invalidation } from './history.ts'
import type { Raise } from './marker.ts'
import { FAILED } from './network.ts'
import type { ModelProcess } from './process.ts'
import type { Mark } from './replicas.ts'
import type { Steps } from './tasks.ts'

type How = Omit<Raise, 'clock'>

const HARD: How = { kind: 'hard', deadline: Infinity }

/** Invalidates names; resolves in any case, here or everywhere. */
export function* invalidate(process: ModelProcess, names: readonly string[], how: How = HARD): Steps<void> {
  const { redis, history } = process
  const record = history.begin(process, names, how.kind, how.deadline)
  if (process.coherence.outage) return invalidateHere(process, names, how, record)
  let mark: Mark | undefined
  const reply = yield* process.askMeta(() => {
    history.ran(record)
    const done = redis.invalidate(names, how)
    mark = redis.mark
    return done
  })
  if (reply === FAILED) return invalidateHere(process, names, how, record)
  process.coherence.learn(reply, names, how)
  process.sent(names, how)
  if (!(yield* acknowledged(process, mark))) return invalidateHere(process, names, how, record)
  history.resolveEverywhere(record)
  process.note(() => `invalidate ${names.join(' ')} resolved`)
}

/** In an outage an invalidation holds in this process at once, and waits to be sent again. */
function invalidateHere(process: ModelProcess, names: readonly string[], how: How, record: Invalidation): void {
  const { context, coherence, pending, history } = process
  coherence.changes++
  process.fence(names)
  if (context.rules.noInventedClocks) pending.add({ names, how, order: ++process.order, records: [record] })
  else {
    coherence.invent(names, how)
    pending.add({ names, how, order: -1, records: [record] })
  }
  history.resolveHere(record)
  process.note(() => `invalidate ${names.join(' ')} resolved here only`)
}

/** Sets a value: invalidates its key, then writes with the clock that came back. Outages refuse it. */
export function* set(process: ModelProcess, path: string): Steps<void> {
  const { context } = process
  if (process.coherence.outage) return
  context.counts.sets++
  if (!context.rules.setInTwoSteps) yield* setInOneStep(process, path)
  else if (!context.rules.setInvalidates) yield* setWithoutInvalidating(process, path)
  else yield* setInTwoSteps(process, path)
}

function* setInTwoSteps(process: ModelProcess, path: string): Steps<void> {
  const { history, redis, coherence } = process
  const names = [keyName(path)]
  const record = history.begin(process, names)
  const called = { order: process.order, confirmedAt: process.context.now }
  let mark: Mark | undefined
  const reply = yield* process.askMeta(() => {
    history.ran(record)
    const done = redis.invalidate(names, HARD)
    mark = redis.mark
    return done
  })
  if (reply === FAILED) return invalidateHere(process, names, HARD, record)
  coherence.learn(reply, names, HARD)
  process.sent(names, HARD)
  const { generation, clock } = reply.value
  const replied = { order: process.order, confirmedAt: process.context.now }
  const counted = process.context.rules.setFromCall ? called : replied
  yield* store(process, { ...valueOf(process, path, record.executedAt), ...counted, generation, clock })
  if (!(yield* acknowledged(process, mark))) return invalidateHere(process, names, HARD, record)
  history.resolveEverywhere(record)
  process.note(() => `set ${path} resolved, as of ${generation}/${clock}`)
}

/** R6 taken back: no marker, so whatever is older and comes later wins. */
function* setWithoutInvalidating(process: ModelProcess, path: string): Steps<void> {
  const { history, redis } = process
  const record = history.begin(process, [keyName(path)])
  const reply = yield* process.askMeta(() => {
    history.ran(record)
    return redis.ask()
  })
  if (reply === FAILED) return
  const { generation, clock } = reply.value
  yield* store(process, { ...valueOf(process, path, record.executedAt), generation, clock })
  history.resolveEverywhere(record)
}

/** R6 taken back: a script that runs late stores an old value with a new clock. */
function* setInOneStep(process: ModelProcess, path: string): Steps<void> {
  const { history, redis, context, coherence } = process
  const names = [keyName(path)]
  const record = history.begin(process, names)
  const calledAt = context.now
  const reply = yield* process.askMeta(() => {
    if (!redis.late.running) history.ran(record)
    return redis.invalidateAndStore(names, valueOf(process, path, redis.late.running ? calledAt : context.now))
  })
  if (reply === FAILED) return
  coherence.learn(reply, names, HARD)
  history.resolveEverywhere(record)
  process.flights.delete(path)
}

function* store(process: ModelProcess, entry: Entry): Steps<void> {
  yield* process.askEntry(() => process.redis.write(entry))
  process.keep(entry)
  process.flights.delete(entry.path)
}

/** The value of a set; its generation and clock are filled in by how it is stored. */
function valueOf(process: ModelProcess, path: string, loadedFrom: number): Entry {
  const names = declaredNames(path)
  return {
    path,
    generation: '',
    clock: -1,
    names,
    parts: [{ names, loadedFrom }],
    bornAt: process.context.now,
    begunAt: process.redis.time,
    order: process.order,
    confirmedAt: loadedFrom,
  }
}
