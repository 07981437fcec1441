import type { ByteCache } from '@redstart/core/byte-cache'
import { warnOnce } from './warn-once.ts'

/** So many can be kept with an entry, whatever its path adds to them. */
const SOME = 1000

/** Tells once that something was not kept because of its tags: it would be made anew for each request, and nobody know why. */
export function tellTooManyTags(stored: Awaited<ReturnType<ByteCache['keep']>>, tags: readonly string[]): void {
  if (stored !== 'nowhere' || tags.length <= SOME) return
  warnOnce(
    'too many tags',
    `a page, a fetch or an entry of 'use cache' was not kept: it has ${tags.length} tags, of which ${SOME} can be kept (those beyond ASCII count twice): use coarser ones`,
  )
}
