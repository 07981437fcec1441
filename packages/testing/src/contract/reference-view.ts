import type { InvalidateRequest, Marker, Snapshot } from '@redstart/core'
import { expect } from 'vitest'

/** The view as the protocol describes it, without a bound: what a backend's is compared with. */
export class ReferenceView {
  readonly #markers = new Map<string, Marker>()
  #clock: number
  /** The highest clocks of what was dropped: of each namespace's keys and prefixes, and under '' of all else. */
  readonly #floors = new Map([['', 0]])

  constructor(clock: number) {
    this.#clock = clock
  }

  /** @param time the backend's. */
  invalidate({ names, kind, deadline }: InvalidateRequest, time: number): number {
    this.#clock += 1
    for (const name of new Set(names)) {
      const old = this.#markers.get(name) ?? { hard: 0, soft: 0, deadline: Number.POSITIVE_INFINITY }
      this.#markers.set(name, kind === 'hard' ? { ...old, hard: this.#clock } : this.#softened(old, deadline, time))
    }
    return this.#clock
  }

  /**
   * Compares with what a backend says after each invalidation: each marker is equal or was dropped, and the floor of its
   * namespace, or the one of all, is the clock of the last one that was. A dropped marker is dropped here too, since its
   * history counts no more.
   */
  check(names: readonly string[], snapshot: Snapshot, bound: number): void {
    expect(snapshot.clock).toBe(this.#clock)
    expect(snapshot.markers.size).toBeLessThanOrEqual(bound)
    for (const name of names) {
      const [mine, theirs] = [this.#markers.get(name), snapshot.markers.get(name)]
      if (mine === undefined || theirs !== undefined) expect([name, theirs]).toEqual([name, mine])
      else this.#drop(name, Math.max(mine.hard, mine.soft))
    }
    expect(new Map([['', snapshot.floor], ...snapshot.floors])).toEqual(this.#floors)
  }

  #drop(name: string, clock: number): void {
    const [, namespace = ''] = /^[kp]:([^:]+):/.exec(name) ?? []
    this.#floors.set(namespace, Math.max(this.#floors.get(namespace) ?? 0, clock))
    this.#markers.delete(name)
  }

  #softened(old: Marker, deadline: number, time: number): Marker {
    if (time >= old.deadline) return { hard: Math.max(old.hard, old.soft), soft: this.#clock, deadline }
    return { hard: old.hard, soft: this.#clock, deadline: Math.min(old.deadline, deadline) }
  }
}
