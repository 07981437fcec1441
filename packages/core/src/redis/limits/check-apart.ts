import type { Gift, ItemResult, LimitItem, LimitReply, LimitRequest } from '../../rate-limit/limit-store.ts'

/** What came of a part of a check. */
interface Part {
  readonly items: readonly LimitItem[]
  readonly reply: LimitReply
}

/** How parts of a check are made and taken back. */
export interface Apart {
  check(request: LimitRequest): Promise<LimitReply>
  giveBack(gifts: readonly Gift[]): Promise<void>
  /** Forgets the reply to a request that is remembered. */
  forget(items: readonly LimitItem[], id: string): Promise<void>
}

/**
 * A check whose limits are in several slots of a Cluster, which no script can reach together: each slot takes what it has,
 * and gives it back where another one refuses. Meanwhile others may be refused what will be given back; never more is let
 * pass than there is.
 */
export async function checkApart(
  slots: readonly (readonly LimitItem[])[],
  request: LimitRequest,
  apart: Apart,
): Promise<LimitReply> {
  const asked = await Promise.allSettled(slots.map((items) => apart.check({ ...request, items })))
  const parts = asked.flatMap((each, n): readonly Part[] =>
    each.status === 'fulfilled' ? [{ items: slots[n] ?? [], reply: each.value }] : [],
  )
  const failed = asked.find((each) => each.status === 'rejected')
  const refused = failed !== undefined || parts.some(({ reply }) => reply.kind === 'blocked' || !reply.allowed)
  const granted = refused ? 0 : grantedBy(parts, request)
  const undone = parts.map((part) => giftsOf(part, refused, granted, request)).filter((gifts) => gifts.length > 0)
  await undo(parts, undone, refused, request, apart)
  // As it was told by the store.
  if (failed !== undefined) throw failed.reason
  return joined(parts, undone.flat(), { request, refused, granted, trips: slots.length + undone.length })
}

/** The least of what the parts grant; nobody who refuses nobody has a say. */
function grantedBy(parts: readonly Part[], { items, taking }: LimitRequest): number {
  const asked = items[0]?.cost ?? 0
  if (taking !== 'upto') return asked
  const enforced = parts.filter((part) => part.items.some(({ policy }) => !policy.shadow))
  return Math.min(asked, ...enforced.map(({ reply }) => (reply.kind === 'decided' ? reply.granted : 0)))
}

/** What a part took beyond what is granted by all. */
function giftsOf({ items, reply }: Part, refused: boolean, granted: number, request: LimitRequest): readonly Gift[] {
  if (reply.kind === 'blocked' || !reply.allowed || reply.duplicate || request.taking === 'nothing') return []
  return items.flatMap((item, n): readonly Gift[] => {
    const taken = reply.results[n]
    const kept = refused ? 0 : request.taking === 'upto' ? granted : item.cost
    const surplus = (taken?.amount ?? 0) - kept
    return taken !== undefined && surplus > 0 ? [{ ...item, taken, amount: surplus }] : []
  })
}

async function undo(
  parts: readonly Part[],
  undone: readonly (readonly Gift[])[],
  refused: boolean,
  { remember }: LimitRequest,
  apart: Apart,
): Promise<void> {
  const remembered = parts.filter(({ reply }) => reply.kind === 'decided' && reply.allowed && !reply.duplicate)
  const acts = [
    ...undone.map((gifts) => apart.giveBack(gifts)),
    ...(refused && remember !== undefined ? remembered.map(({ items }) => apart.forget(items, remember.id)) : []),
  ]
  // What is not given back now comes back by itself.
  await Promise.allSettled(acts)
}

interface Outcome {
  readonly request: LimitRequest
  readonly refused: boolean
  readonly granted: number
  readonly trips: number
}

function joined(
  parts: readonly Part[],
  gifts: readonly Gift[],
  { request, refused, granted, trips }: Outcome,
): LimitReply {
  const blocked = parts.find(({ reply }) => reply.kind === 'blocked')?.reply
  if (blocked !== undefined) return { ...blocked, trips }
  const byName = new Map<string, ItemResult>()
  for (const { items, reply } of parts)
    if (reply.kind === 'decided')
      for (const [n, result] of reply.results.entries()) byName.set(items[n]?.name ?? '', result)
  const results = request.items.flatMap((item) => {
    const result = byName.get(item.name)
    const back = gifts.find(({ name }) => name === item.name)?.amount ?? 0
    return result === undefined ? [] : [without(item, result, back, refused)]
  })
  const duplicate = !refused && parts.every(({ reply }) => reply.kind === 'decided' && reply.duplicate)
  return { kind: 'decided', allowed: !refused, duplicate, granted, trips, results }
}

/** What a limit says after something of it was given back; when all of a window comes back is as it was. */
function without({ policy }: LimitItem, result: ItemResult, back: number, refused: boolean): ItemResult {
  const { rule } = policy
  return {
    ...result,
    remaining: result.remaining + back,
    reset: rule.kind === 'gcra' ? Math.max(0, result.reset - back * rule.interval) : result.reset,
    amount: refused ? 0 : result.amount - back,
  }
}
