import type { Activity, Device, StatisticsRequest, StoredStatistics } from '../../session/session-store.ts'
import type { Script, Values } from '../client.ts'
import { runForBytes, sessionNote, sessionStatistics } from '../scripts.ts'
import type { Servers } from '../servers.ts'
import type { SessionKeys } from './keys.ts'
import { Reply } from './replies.ts'

/** Notes what sessions did: in one script for each kind of device, which are in slots of their own. */
export async function noteActivity(
  servers: Servers,
  keys: SessionKeys,
  activity: readonly Activity[],
  timeout: number,
): Promise<void> {
  const byDevice = new Map<Device, (string | number)[]>()
  for (const each of activity) {
    const noted =
      each.kind === 'ended'
        ? [each.kind, each.sid, 0, 0]
        : [each.kind, each.sid, Math.floor(each.created), Math.floor(each.expires)]
    // Of one that has ended it is not said where it is.
    for (const device of each.kind === 'ended' ? DEVICES : [each.device]) {
      const values = byDevice.get(device) ?? []
      values.push(...noted)
      byDevice.set(device, values)
    }
  }
  const noted = [...byDevice].map(([device, values]) =>
    run(servers, sessionNote, keys.activity(device), values, timeout),
  )
  await Promise.all(noted)
}

/** Sums up what was noted of all kinds of devices. */
export async function sumUp(
  servers: Servers,
  keys: SessionKeys,
  { within }: StatisticsRequest,
  timeout: number,
): Promise<StoredStatistics> {
  const parts = await Promise.all(
    DEVICES.map(async (device) => {
      const reply = new Reply(await run(servers, sessionStatistics, keys.activity(device), [within], timeout))
      const [active, recent, length] = [reply.number(), reply.number(), reply.number()]
      return { device, active, recent, length, created: Array.from({ length: MINUTES }, () => reply.number()) }
    }),
  )
  const byDevice: Record<Device, number> = { desktop: 0, mobile: 0, tablet: 0, bot: 0, other: 0 }
  for (const part of parts) byDevice[part.device] = part.active
  const active = sum(parts.map((part) => part.active))
  return {
    active,
    byDevice,
    recent: sum(parts.map(({ recent }) => recent)),
    averageLength: active === 0 ? undefined : sum(parts.map((part) => part.active * part.length)) / active,
    createdPerMinute: Array.from({ length: MINUTES }, (_, n) => sum(parts.map(({ created }) => created[n] ?? 0))),
  }
}

const MINUTES = 60
const DEVICES: readonly Device[] = ['desktop', 'mobile', 'tablet', 'bot', 'other']

function run(
  servers: Servers,
  script: Script,
  keys: readonly string[],
  values: Values,
  timeout: number,
): Promise<unknown> {
  const [first = ''] = keys
  return servers.call(first, timeout, (client, wanted, asking) =>
    runForBytes(client, script, keys, values, wanted, asking),
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
