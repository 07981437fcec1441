import { setTimeout } from 'node:timers/promises'
import { instant, type Part } from '../checker/oracle.ts'

interface Load {
  readonly path: string
  readonly began: number
  ended: number
}

/** The database behind both instances: it remembers when it was asked for what. */
export class Loads {
  readonly #loads: Load[] = []

  /** Loads a value that these names can hit, for so many ms. */
  async load(path: string, names: readonly string[], ms: number): Promise<Part> {
    const load: Load = { path, began: instant(), ended: Infinity }
    this.#loads.push(load)
    if (ms > 0) await setTimeout(ms)
    load.ended = instant()
    return { path, born: load.began, names, category: '', parts: [] }
  }

  /** For how long a path was being loaded between two instants, by whomever, in ms. */
  busy(path: string, from: number, to: number): number {
    const spans = this.#loads
      .filter((load) => load.path === path && load.began < to && load.ended > from)
      .map(({ began, ended }) => [Math.max(began, from), Math.min(ended, to)] as const)
      .sort(([a], [b]) => a - b)
    let covered = from
    let busy = 0
    for (const [began, ended] of spans) {
      busy += Math.max(0, ended - Math.max(began, covered))
      covered = Math.max(covered, ended)
    }
    return busy
  }
}
