import type { Redstart } from '@redstart/core'
import type { InvalidationNote } from './state.ts'

const KEPT = 12
const NAMES_SHOWN = 12

/** Remembers the last invalidations of an instance, its own and those that it heard of. */
export function invalidationLog(events: Redstart['events']): () => readonly InvalidationNote[] {
  const notes: (Omit<InvalidationNote, 'age'> & { readonly at: number })[] = []
  events.subscribe((event) => {
    if (event.type !== 'cache.invalidate') return
    const { names, reached, remote } = event
    const shown = names.slice(0, NAMES_SHOWN).map(readable)
    if (names.length > NAMES_SHOWN) shown.push(`and ${names.length - NAMES_SHOWN} more`)
    notes.unshift({ names: shown, reached, remote, at: performance.now() })
    notes.length = Math.min(notes.length, KEPT)
  })
  return () => {
    const now = performance.now()
    return notes.map(({ at, ...note }) => ({ ...note, age: Math.round(now - at) }))
  }
}

const KINDS: Readonly<Record<string, string>> = { k: 'key', t: 'tag', p: 'prefix' }

/** `t:tenant:1` reads `tag tenant:1`; the prefix of every key is everything. */
function readable(name: string): string {
  if (name === 'p:') return 'everything'
  const kind = KINDS[name.slice(0, 1)]
  return kind === undefined ? name : `${kind} ${name.slice(2)}`
}
