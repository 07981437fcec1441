import type { ServerHealth } from '../telemetry/health.ts'

/**
 * What a server says of itself in its INFO: lines of `name:value`.
 *
 * @param behindSentinel whether sentinels named it, which it does not know itself.
 */
export function serverOf(info: string, behindSentinel: boolean): ServerHealth {
  const fields = new Map<string, string>()
  for (const line of info.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return {
    version: fields.get('valkey_version') ?? fields.get('redis_version') ?? 'unknown',
    role: fields.get('role') === 'slave' ? 'replica' : 'master',
    usedMemory: Number(fields.get('used_memory') ?? 0),
    maxMemory: Number(fields.get('maxmemory') ?? 0),
    evictionPolicy: fields.get('maxmemory_policy') ?? 'unknown',
    behindSentinel,
    // Told only where both min-replicas-to-write and min-replicas-max-lag are above 0.
    fenced: fields.has('min_slaves_good_slaves'),
  }
}
