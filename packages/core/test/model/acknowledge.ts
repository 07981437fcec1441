import type { ModelProcess } from './process.ts'
import type { Mark } from './replicas.ts'
import type { Steps } from './tasks.ts'

/** How long a process waits for the replicas. */
const PATIENCE = 60

/** Waits until the replicas have what the master said. False when they may not: then it counts as not sent. */
export function* acknowledged(process: ModelProcess, mark: Mark | undefined): Steps<boolean> {
  const { context, redis, network } = process
  if (context.design.failover !== 'warm' || !context.rules.waitForReplicas || mark === undefined) return true
  const end = context.now + PATIENCE
  yield { ready: (now) => now >= end || redis.acknowledged(mark) || redis.runId !== mark.run }
  const has = !network.cut && redis.acknowledged(mark)
  if (!has) process.coherence.outage = true
  return has
}
