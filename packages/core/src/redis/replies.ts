import type { Answer, Hint, Invalidated, Snapshot } from '../cache/cache-store.ts'
import { RedstartError } from '../errors.ts'
import type { Marker } from '../invalidation/view.ts'

/** Fields of the view itself, before those of names and namespaces. */
const VIEW_FIELDS = ['$g', '$c', '$f'] as const

/** The fields that an `HMGET` for {@link snapshotOf} asks for. */
export function snapshotFields(names: readonly string[], namespaces: readonly string[]): string[] {
  return [...VIEW_FIELDS, ...names, ...namespaces.map((namespace) => `f:${namespace}`)]
}

/** The reply of ask.lua. */
export function answerOf(reply: unknown): Answer {
  const [generation, clock, seconds, micros] = strings(reply)
  return { generation: text(generation), clock: number(clock), time: number(seconds) * 1000 + number(micros) / 1000 }
}

/** The reply of invalidate.lua. */
export function invalidatedOf(reply: unknown): Invalidated {
  const [generation, previous, clock] = strings(reply)
  return { generation: text(generation), previous: number(previous), clock: number(clock) }
}

/** The reply of an `HMGET` of {@link snapshotFields}; undefined where there is no generation. */
export function snapshotOf(
  names: readonly string[],
  namespaces: readonly string[],
  reply: unknown,
): Snapshot | undefined {
  const values = strings(reply)
  const [generation, clock, floor] = values
  if (generation === undefined || generation === null) return undefined
  const markers = new Map<string, Marker>()
  for (const [index, name] of names.entries()) {
    const marker = values[VIEW_FIELDS.length + index]
    if (marker !== undefined && marker !== null) markers.set(name, markerOf(marker))
  }
  const floors = new Map<string, number>()
  for (const [index, namespace] of namespaces.entries()) {
    const own = values[VIEW_FIELDS.length + names.length + index]
    if (own !== undefined && own !== null) floors.set(namespace, number(own))
  }
  return { generation, clock: number(clock), floor: number(floor), floors, markers }
}

/** A message of the hint channel; undefined for one that is not ours. */
export function hintOf(message: string): Hint | undefined {
  const [generation = '', previous, clock, kind, deadline, ...names] = message.split('\n')
  if ((kind !== 'hard' && kind !== 'soft') || !isWhole(previous) || !isWhole(clock)) return undefined
  const until = isWhole(deadline) ? Number(deadline) : Number.POSITIVE_INFINITY
  return {
    generation,
    previous: Number(previous),
    clock: Number(clock),
    kind,
    deadline: until,
    names: names[0] === '' ? [] : names,
  }
}

/** "hard", "hard soft" or "hard soft deadline". */
function markerOf(value: string): Marker {
  const [hard, soft, deadline] = value.split(' ')
  return {
    hard: number(hard),
    soft: soft === undefined ? 0 : number(soft),
    deadline: deadline === undefined ? Number.POSITIVE_INFINITY : number(deadline),
  }
}

function strings(reply: unknown): readonly (string | null)[] {
  if (!Array.isArray(reply)) throw unexpected()
  const values: readonly unknown[] = reply
  if (values.every((value) => typeof value === 'string' || value === null)) return values
  throw unexpected()
}

function text(value: string | null | undefined): string {
  if (typeof value === 'string') return value
  throw unexpected()
}

function number(value: string | null | undefined): number {
  if (isWhole(value)) return Number(value)
  throw unexpected()
}

function isWhole(value: string | null | undefined): value is string {
  return typeof value === 'string' && /^-?\d{1,16}$/.test(value)
}

function unexpected(): RedstartError {
  return new RedstartError(
    'STORE_FAILED',
    'Redis answered FOREIGN: the meta hash of the app holds values of another layout; delete it or choose another app name',
  )
}
