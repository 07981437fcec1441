import type { Marker } from '../../src/invalidation/view.ts'
import type { Rules } from './rules.ts'

/** How names were invalidated, at which clock. */
export interface Raise {
  readonly clock: number
  readonly kind: 'hard' | 'soft'
  /** Redis time from which a soft one counts as hard. */
  readonly deadline: number
}

const untouched: Marker = { hard: -1, soft: -1, deadline: Infinity }

/** A marker after one more invalidation, `time` being Redis's where the marker is kept. */
export function raised(old: Marker = untouched, { clock, kind, deadline }: Raise, time: number, rules: Rules): Marker {
  if (!rules.twoClocks) {
    return kind === 'hard' ? { ...untouched, hard: clock } : { ...untouched, soft: clock, deadline }
  }
  if (kind === 'hard') return { ...old, hard: Math.max(old.hard, clock) }
  const soft = Math.max(old.soft, clock)
  if (!rules.deadlinesMerge) return { hard: old.hard, soft, deadline }
  if (time >= old.deadline) return { hard: Math.max(old.hard, old.soft), soft, deadline }
  return { hard: old.hard, soft, deadline: Math.min(old.deadline, deadline) }
}

/** The clock that the floor must have when a marker is dropped. */
export function highest(marker: Marker): number {
  return Math.max(marker.hard, marker.soft)
}
