import { LRUCache } from 'lru-cache'
import type { EventOf } from '../../telemetry/hooks.ts'

type Unkeyed = EventOf<'http.unkeyed'>

/** Most headers of kinds of paths that are remembered. */
const MOST_KNOWN = 10_000

/** Tells what answers depend on unsaid, each header of each kind of path once. */
export class UnkeyedNotes {
  readonly #emit: (event: Unkeyed) => void
  readonly #told = new LRUCache<string, true>({ max: MOST_KNOWN })

  constructor(emit: (event: Unkeyed) => void) {
    this.#emit = emit
  }

  tell(header: string, target: string, outcome: Unkeyed['outcome']): void {
    const path = target.split('?', 1)[0] ?? ''
    const key = `${header} ${kindOf(path)}`
    if (this.#told.has(key)) return
    this.#told.set(key, true)
    this.#emit({ type: 'http.unkeyed', header, path, outcome })
  }
}

/** Which pages have one route is not known here: segments that look like an id count as any. */
function kindOf(path: string): string {
  return path
    .split('/')
    .map((segment) => (/\d/.test(segment) || segment.length > LONGEST_WORD ? ':' : segment))
    .join('/')
}

const LONGEST_WORD = 30
