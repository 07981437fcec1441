/** What is counted per namespace, in this order. */
const COUNTED = [
  'l1Hits',
  'l2Hits',
  'staleHits',
  'joins',
  'misses',
  'loads',
  'loadErrors',
  'staleIfError',
  'sets',
  'deletes',
  'writes',
  'unstored',
  'evictions',
] as const

type Counted = (typeof COUNTED)[number]

/** Places of the counters. */
export const L1_HIT = 0
export const L2_HIT = 1
export const STALE_HIT = 2
export const JOIN = 3
export const MISS = 4
export const LOAD = 5
export const LOAD_ERROR = 6
export const STALE_IF_ERROR = 7
export const SET = 8
export const DELETE = 9
export const WRITE = 10
export const UNSTORED = 11
export const EVICTION = 12
const RAW_BYTES = 13
const STORED_BYTES = 14

/** Plain numbers in one array: counting allocates nothing. */
export type Counters = Float64Array

export function count(counters: Counters, place: number): void {
  counters[place] = (counters[place] ?? 0) + 1
}

/** Counts the bytes of an entry that was stored. */
export function countBytes(counters: Counters, raw: number, stored: number): void {
  counters[RAW_BYTES] = (counters[RAW_BYTES] ?? 0) + raw
  counters[STORED_BYTES] = (counters[STORED_BYTES] ?? 0) + stored
}

/** Counts what another one has counted. */
export function addCounters(counters: Counters, others: Counters): void {
  for (const [place, counted] of others.entries()) counters[place] = (counters[place] ?? 0) + counted
}

export function newCounters(): Counters {
  return new Float64Array(STORED_BYTES + 1)
}

/** Bytes that were sent to the backend, headers included. */
export interface StoredBytes {
  /** What they would have been without compression. */
  readonly raw: number
  readonly stored: number
  /** `raw` over `stored`: 2 means that compression halves them; 1 before the first. */
  readonly ratio: number
}

/**
 * What was done since the start of the instance.
 *
 * `l1Hits` and `l2Hits` are reads served from memory and from the backend, `staleHits` those of them that were served
 * stale; `joins` are reads that took the result of a load another read had started; `misses` are reads that found
 * nothing usable; `unstored` counts loaded values that could not be stored; `evictions` are entries that left memory to
 * make room.
 */
export interface Counts extends Readonly<Record<Counted, number>> {
  /** Reads that needed no load of their own, over all reads; 0 before the first. */
  readonly hitRate: number
  readonly bytes: StoredBytes
}

export function readCounters(counters: Counters): Counts {
  const at = (place: number): number => counters[place] ?? 0
  // Every name of COUNTED is a key of the record by construction; fromEntries cannot say so.
  const counted = Object.fromEntries(COUNTED.map((name, place) => [name, at(place)])) as Record<Counted, number>
  const served = at(L1_HIT) + at(L2_HIT) + at(JOIN)
  const reads = served + at(MISS)
  const [raw, stored] = [at(RAW_BYTES), at(STORED_BYTES)]
  return {
    ...counted,
    hitRate: reads === 0 ? 0 : served / reads,
    bytes: { raw, stored, ratio: stored === 0 ? 1 : raw / stored },
  }
}
