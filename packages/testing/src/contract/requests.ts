import { randomBytes } from 'node:crypto'
import type { Answer, CacheStore, InvalidateRequest, Marker, Question, Snapshot, WriteRequest } from '@redstart/core'
import { encodeEntry } from '@redstart/core/wire'
import { expect } from 'vitest'

/** Milliseconds for a call that is meant to succeed: so many that a busy machine fails no test. */
export const TIMEOUT = 10_000
/** Milliseconds for which markers and entries are kept: longer than any test. */
export const KEEP = 600_000

/** A generation that no other test uses. */
export function randomGeneration(): string {
  return randomBytes(16).toString('hex')
}

export function question(candidate: string = randomGeneration(), keep: number = KEEP): Question {
  return { candidate, keep }
}

export function hard(names: readonly string[], more: Partial<InvalidateRequest> = {}): InvalidateRequest {
  return { ...question(), names, kind: 'hard', deadline: Number.POSITIVE_INFINITY, unlink: [], ...more }
}

export function soft(names: readonly string[], deadline: number = Number.POSITIVE_INFINITY): InvalidateRequest {
  return { ...hard(names), kind: 'soft', deadline }
}

/** An entry at `key`, in the wire format. */
export function entry(
  key: string,
  generation: string,
  clock: number,
  payload: Uint8Array = randomBytes(16),
  ttl: number = KEEP,
): WriteRequest {
  const bytes = encodeEntry({
    generation,
    clock,
    loaded: 1,
    freshUntil: 2,
    staleUntil: 3,
    cost: 0,
    shape: 0,
    names: [],
    codec: 'bytes',
    payload,
  })
  return { key, bytes, ttl, generation, clock }
}

/** Asks for generation, clock and time. */
export async function ask(store: CacheStore, candidate?: string): Promise<Answer> {
  const { answer } = await store.read({ keys: [], question: question(candidate) }, TIMEOUT)
  if (answer === undefined) return expect.fail('a read with a question has no answer')
  return answer
}

/** The view as of now, of the names alone; fails the test where there is no generation. */
export async function snapshotOf(store: CacheStore, names: readonly string[]): Promise<Snapshot> {
  const { snapshot } = await store.read({ keys: [], names }, TIMEOUT)
  if (snapshot === undefined) return expect.fail('a read with names has no snapshot although there is a generation')
  return snapshot
}

export async function markerOf(store: CacheStore, name: string): Promise<Marker | undefined> {
  return (await snapshotOf(store, [name])).markers.get(name)
}

/** The bytes at a key, as an array so that all of a difference shows. */
export async function bytesAt(store: CacheStore, key: string): Promise<Uint8Array | undefined> {
  const [bytes] = (await store.read({ keys: [key] }, TIMEOUT)).entries
  return bytes && Uint8Array.from(bytes)
}
