import { acknowledged } from './acknowledge.ts'
import { FAILED } from './network.ts'
import type { ModelProcess } from './process.ts'
import type { Mark } from './replicas.ts'
import { type Steps, until } from './tasks.ts'

/** Asks for generation and clock. In an outage it is the probe, and sends again what is pending before reads resume. */
export function* ask(process: ModelProcess): Steps<void> {
  const { coherence, network, redis } = process
  process.asking = true
  coherence.questionWanted = false
  const reply = yield* network.send(network.meta, () => redis.ask(), true)
  if (reply === FAILED) coherence.outage = true
  else if (coherence.outage) yield* resume(process)
  else yield* coherence.take(reply)
  process.asking = false
}

function* resume(process: ModelProcess): Steps<void> {
  const { coherence, context } = process
  if (!(yield* resend(process))) return
  if (context.rules.replayFirst && !(yield* replay(process, 0))) return
  coherence.outage = false
  coherence.questionWanted = true
  process.note(() => 'back')
  if (!context.rules.replayFirst) process.tasks.spawn(replayLater(process))
}

/** Sends again what the replica that was promoted may lack. */
function* resend(process: ModelProcess): Steps<boolean> {
  for (const { names, how } of process.recent()) {
    const reply = yield* process.askMeta(() => process.redis.invalidate(names, how))
    if (reply === FAILED) return false
    process.coherence.learn(reply, names, how)
  }
  return true
}

/** Sends again what is pending, in order. False when the outage goes on. */
function* replay(process: ModelProcess, pause: number): Steps<boolean> {
  const { pending, redis, coherence, context, history } = process
  for (let next = pending.first; next !== undefined; next = pending.first) {
    const { names, how, records } = next
    if (pause > 0) yield* until(context.now + context.random.below(pause))
    let mark: Mark | undefined
    const reply = yield* process.askMeta(() => {
      const done = redis.invalidate(names, how)
      mark = redis.mark
      return done
    })
    if (reply === FAILED) return false
    coherence.learn(reply, names, how)
    if (!(yield* acknowledged(process, mark))) return false
    process.sent(names, how)
    pending.remove(next)
    context.counts.replayed++
    for (const record of records) history.resolveEverywhere(record)
  }
  return true
}

/** R9 taken back: reads go on meanwhile. */
function* replayLater(process: ModelProcess): Steps<void> {
  yield* replay(process, 60)
}
