import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Decision } from './decision.ts'
import type { WorkItem } from './work.ts'

/** Tells what a decision means, where anybody listens. */
export function tell(telemetry: Telemetry, items: readonly WorkItem[], decision: Decision): void {
  if (!decision.allowed && telemetry.hears('limit.denied')) {
    const { reason, limitedBy, mode, retryAfterMs } = decision
    const item = items.find(({ name }) => name === limitedBy) ?? items[0]
    if (item !== undefined)
      telemetry.emit({ type: 'limit.denied', policy: item.name, key: item.key, reason, mode, retryAfterMs })
  }
  if (telemetry.hears('limit.shadow-denied'))
    for (const { name: policy, key } of items) {
      const result = decision.policies[policy]
      if (result?.shadow === true && !result.passed) telemetry.emit({ type: 'limit.shadow-denied', policy, key })
    }
  if (decision.allowed && telemetry.hears('limit.near'))
    for (const { name: policy, key } of items) {
      const result = decision.policies[policy]
      if (result?.near !== true) continue
      const { remaining, limit } = result
      telemetry.emit({ type: 'limit.near', policy, key, remaining, limit })
    }
}
