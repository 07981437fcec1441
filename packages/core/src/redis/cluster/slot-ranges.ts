import { RedstartError } from '../../errors.ts'
import type { RedisAddress } from './address.ts'
import { SLOTS } from './key-slot.ts'

/** Slots from `first` to `last`, and who is their master. */
export interface SlotRange {
  readonly first: number
  readonly last: number
  readonly master: RedisAddress
}

/**
 * The reply of `CLUSTER SLOTS`: ranges of first slot, last slot, and nodes, the master before its replicas.
 *
 * @param by who answered: a node that does not know its own host leaves it out.
 * @throws RedstartError `STORE_FAILED` when it is something else, or when no slot has a master.
 */
export function slotRangesOf(reply: unknown, by: RedisAddress): readonly SlotRange[] {
  const ranges = listOf(reply).map((row) => rangeOf(row, by))
  if (ranges.length === 0) {
    throw new RedstartError('STORE_FAILED', 'The node of the Cluster knows no slots; has it been added to the Cluster?')
  }
  return ranges
}

function rangeOf(row: unknown, by: RedisAddress): SlotRange {
  const [first, last, master] = listOf(row)
  const [host, port] = listOf(master)
  if (!isSlot(first) || !isSlot(last) || typeof port !== 'number' || (host !== null && typeof host !== 'string')) {
    throw new RedstartError('STORE_FAILED', 'The reply to CLUSTER SLOTS has a shape that Redis 7 does not send')
  }
  return { first, last, master: { host: host === null || host === '' || host === '?' ? by.host : host, port } }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isSlot(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < SLOTS
}
