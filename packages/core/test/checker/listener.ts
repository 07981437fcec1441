import type { InvalidationNotice } from '../../src/index.ts'
import { ALL, keyed, tagged, under } from './names.ts'
import { type Invalidation, instant } from './oracle.ts'

/** Milliseconds more, on a busy machine. */
const PATIENCE = 1000

/** Remembers when an instance was told of what. */
export class Listener {
  readonly #own = new Map<string, number>()
  readonly #others = new Map<string, number>()
  readonly opened: number = instant()
  #missed = -Infinity
  notices = 0

  hear(notice: InvalidationNotice): void {
    this.notices += 1
    if (notice.type === 'missed') {
      this.#missed = instant()
      return
    }
    const { tags, keys, prefixes, everything, remote } = notice
    const names = [...tags.map(tagged), ...keys.map(keyed), ...prefixes.map(under), ...(everything ? [ALL] : [])]
    for (const name of names) (remote ? this.#others : this.#own).set(name, instant())
  }

  /** What it should have been told of an own invalidation by the time it has ended. */
  untold({ names, called, kind }: Invalidation): string | undefined {
    const name = names.find((each) => (this.#own.get(each) ?? -Infinity) < called)
    return name === undefined ? undefined : `nobody was told of '${name}', invalidated by '${kind}' here`
  }

  /** The same of another instance's, `maxStaleness` after it has ended: of some it only knows that it has missed some. */
  unheard({ names, called, kind }: Invalidation): string | undefined {
    const name = names.find((each) => Math.max(this.#others.get(each) ?? -Infinity, this.#missed) < called)
    return name === undefined ? undefined : `nobody was told of '${name}', invalidated by '${kind}' elsewhere`
  }
}

/** When others must have heard of an invalidation. @param maxStaleness milliseconds. */
export function heardBy({ resolved = Infinity }: Invalidation, maxStaleness: number): number {
  return resolved + maxStaleness + PATIENCE
}
