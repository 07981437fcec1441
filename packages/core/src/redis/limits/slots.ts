import { keySlot } from '../cluster/key-slot.ts'

/** Things that are in one slot of a Cluster, in their order. */
export function slotsOf<T>(all: readonly T[], keyOf: (each: T) => string): readonly (readonly T[])[] {
  const slots = new Map<number, T[]>()
  for (const each of all) {
    const slot = keySlot(keyOf(each))
    const there = slots.get(slot)
    if (there === undefined) slots.set(slot, [each])
    else there.push(each)
  }
  return [...slots.values()]
}
