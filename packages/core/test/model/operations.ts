import type { Context } from './context.ts'
import { DISH, DRINK, PATHS, SOFT_TARGETS, TARGETS } from './entry.ts'
import { invalidate, set } from './invalidate.ts'
import type { ModelProcess } from './process.ts'
import { read } from './read.ts'
import type { ModelRedis } from './redis.ts'

/** Starts something that an application does: mostly a read. */
export function operate({ random, weather, now }: Context, redis: ModelRedis, process: ModelProcess): void {
  if (process.pausedUntil > now) return
  const { hard, soft, set: sets } = weather.workload
  if (!random.chance(hard + soft + sets)) return process.tasks.spawn(read(process, random.pick(PATHS)))
  const dice = (random.below(1000) / 1000) * (hard + soft + sets)
  if (dice < hard) return process.tasks.spawn(invalidate(process, random.pick(TARGETS[weather.targets])))
  if (dice < hard + sets) return process.tasks.spawn(set(process, random.pick([DISH, DRINK])))
  const deadline = random.chance(0.6) ? redis.time + random.below(250) : Infinity
  process.tasks.spawn(invalidate(process, random.pick(SOFT_TARGETS), { kind: 'soft', deadline }))
}
