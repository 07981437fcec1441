import { expect } from 'vitest'
import type { Decided, ItemResult, LimitItem, LimitPolicy, Taking } from '../../../src/index.ts'
import { TIMEOUT, type TimedStore } from '../places.ts'
import type { Random } from '../random.ts'

/** A limit of a key; the name is that of the key's kind. */
export function itemOf(policy: LimitPolicy, key = 'k', cost = 1, name: string = policy.algorithm): LimitItem {
  return { name, policy, key, cost }
}

/** A check that is decided. */
export async function checked(
  { store }: TimedStore,
  items: LimitItem | readonly LimitItem[],
  taking: Taking = 'all',
): Promise<Decided> {
  const all = Array.isArray(items) ? items : [items]
  const reply = await store.check({ items: all, taking, remember: undefined }, TIMEOUT)
  return reply.kind === 'decided' ? reply : expect.fail('the key is blocked')
}

/** The result of the only limit of a check. */
export function lone({ results }: Decided): ItemResult {
  return results[0] ?? expect.fail('nothing was told')
}

/** How far time moves: often not at all, often by a little, now and then beyond everything. */
export function pause(random: Random, window: number): number {
  return random.pick([
    () => 0,
    () => random.below(2000),
    () => random.below(window / 10),
    () => random.below(window),
    () => random.below(window * 3),
  ])()
}
