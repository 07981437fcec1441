import { tagHeaders } from '../caching/cache-tags.ts'
import type { HeaderList } from '../exchange.ts'
import type { Storing } from './fill.ts'
import type { Settings } from './settings.ts'

/** What clients are told of an answer in place of what its handler said, now and from the cache. */
export interface Shown {
  readonly set: HeaderList
  readonly removed: readonly string[]
  readonly stored: HeaderList
}

/** @param storing with the handler's headers. */
export function shownOf(
  storing: Pick<Storing, 'headers' | 'tags'>,
  settings: Pick<Settings<never>, 'user' | 'browser' | 'mode' | 'tagHeaders'>,
): Shown {
  const set: (readonly [string, string])[] = []
  const owned = settings.user !== undefined
  if (settings.browser !== undefined)
    set.push(['cache-control', `${owned ? 'private' : 'public'}, max-age=${Math.floor(settings.browser / 1000)}`])
  else if (owned && !/\bprivate\b/i.test(storing.headers.find(([name]) => name === 'cache-control')?.[1] ?? ''))
    set.push(['cache-control', 'private, no-cache'])
  if (settings.mode !== 'rfc') set.push(...tagHeaders(storing.tags, settings.tagHeaders))
  const names = new Set(set.map(([name]) => name.toLowerCase()))
  const removed = settings.mode === 'rfc' ? [] : OWN_HEADERS.filter((name) => !names.has(name))
  const gone = new Set([...names, ...removed])
  return { set, removed, stored: [...storing.headers.filter(([name]) => !gone.has(name)), ...set] }
}

/** For this cache alone: clients are not told. */
const OWN_HEADERS = ['cache-tag', 'surrogate-key', 'xkey', 'surrogate-control', 'redstart-cache-control']
