import { RedstartError } from '@redstart/core'
import type { RedisServer } from '../start-redis.ts'
import { waitUntil } from '../wait-until.ts'
import { SLOTS } from './key-slot.ts'
import { clusterId, ownerSeenBy } from './views.ts'

const TIMEOUT = 10_000
/** Keys that are moved at a time. */
const PORTION = 100

/** A slot and where it goes. */
export interface SlotMove {
  readonly nodes: readonly RedisServer[]
  readonly password: string | undefined
  readonly slot: number
  /** Index in `nodes` of a master. */
  readonly to: number
  /** Runs when all keys have moved and the slot is still the old master's, which answers with ASK. */
  readonly meanwhile?: (() => Promise<void>) | undefined
}

/**
 * The index in `nodes` of the master that owns a slot and knows it.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a number that is no slot, `STORE_FAILED` when no node that answers owns it.
 */
export async function slotOwner(nodes: readonly RedisServer[], slot: number): Promise<number> {
  if (!Number.isInteger(slot) || slot < 0 || slot >= SLOTS) {
    throw new RedstartError('INVALID_ARGUMENT', `The slot is ${slot}; expected a whole number of 0 to ${SLOTS - 1}`)
  }
  const claims = await Promise.all(nodes.map(async (node) => await ownsSlot(node, slot).catch(() => false)))
  const owner = claims.indexOf(true)
  if (owner === -1) throw new RedstartError('STORE_FAILED', `No node that answers owns slot ${slot}`)
  return owner
}

/**
 * Moves a slot and its keys as the specification of Redis Cluster says, and waits until every node knows.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a number that is no slot or no node, `STORE_FAILED` with the text of a
 *   node that refuses, as a replica does, `STORE_TIMEOUT` when keys stay behind or a node does not hear of it.
 */
export async function moveSlot(move: SlotMove): Promise<void> {
  const { nodes, slot, to, meanwhile } = move
  const target = nodes[to]
  const from = await slotOwner(nodes, slot)
  const source = nodes[from]
  if (target === undefined || source === undefined) {
    throw new RedstartError('INVALID_ARGUMENT', `The node is ${to}; expected an index of 0 to ${nodes.length - 1}`)
  }
  if (from === to) return
  const [sourceId, targetId] = [await clusterId(source), await clusterId(target)]
  await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId)
  await source.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId)
  await moveKeys(move, source, target)
  await meanwhile?.()
  // The new owner first: were it the old one, there would be a moment at which nobody is.
  for (const node of [target, source]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', targetId)
  const known = async (): Promise<boolean> =>
    (await Promise.all(nodes.map(async (node) => await ownerSeenBy(node, slot)))).every((id) => id === targetId)
  await waitUntil(known, `every node to know the new owner of slot ${slot}`, TIMEOUT)
}

async function ownsSlot(node: RedisServer, slot: number): Promise<boolean> {
  return (await ownerSeenBy(node, slot)) === (await clusterId(node))
}

async function moveKeys({ slot, password }: SlotMove, source: RedisServer, target: RedisServer): Promise<void> {
  const place = [target.host, target.port, '', 0, TIMEOUT]
  const signIn = password === undefined ? [] : ['AUTH', password]
  const moved = async (): Promise<boolean> => {
    const reply = await source.command('CLUSTER', 'GETKEYSINSLOT', slot, PORTION)
    // Redis replies with the names of the keys.
    const keys = reply as string[]
    if (keys.length > 0) await source.command('MIGRATE', ...place, ...signIn, 'KEYS', ...keys)
    return keys.length === 0
  }
  await waitUntil(moved, `the keys of slot ${slot} to move (their names have to be UTF-8)`, TIMEOUT)
}
