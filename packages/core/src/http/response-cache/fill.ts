import { createHash } from 'node:crypto'
import { wallTime } from '../../clock.ts'
import type { ByteEntries } from '../../cache/byte-entries.ts'
import type { LoadFrame } from '../../cache/load-frame.ts'
import { MOST_TAGS } from '../../cache/refusal.ts'
import type { Moment } from '../../cache/token.ts'
import { variantKey } from '../caching/cache-key.ts'
import { surrogateTags } from '../caching/cache-tags.ts'
import { initialAge } from '../caching/freshness.ts'
import { cacheGroups } from '../caching/groups.ts'
import { formatHttpDate } from '../caching/http-date.ts'
import { encodeStored } from '../caching/stored-response.ts'
import { storedHeaders } from '../caching/stored-headers.ts'
import { variantOf } from '../caching/vary.ts'
import type { HeaderList, HttpExchange, LeavingHead } from '../exchange.ts'
import { admitWhole, type Admitted } from './admit.ts'
import type { StoredAnswer } from './prepared.ts'
import type { Settings } from './settings.ts'

/** Where an answer is stored, and from when it counts. */
export interface FillPlace {
  readonly entries: ByteEntries
  /** Of the page, before `Vary`. */
  readonly path: string
  /** Headers that told its variants apart so far. */
  readonly known: readonly string[]
  /** Taken before the handler began. */
  readonly moment: Moment
  /** What the handler read through the cache. */
  readonly parts: LoadFrame
  /** The wall's time when the handler began, in ms. */
  readonly requestedAt: number
  /** Those of the request as its client sent it. */
  readonly header: (name: string) => string | undefined
  readonly tags: readonly string[]
}

/** An answer that is to be stored, once its body is whole. */
export interface Storing {
  readonly place: FillPlace
  readonly settings: Settings<never>
  readonly admitted: Extract<Admitted, { readonly stored: true }>
  readonly status: number
  /** As they are stored. */
  readonly headers: HeaderList
  readonly initialAge: number
  /** The backend's time when the head was there. */
  readonly receivedAt: number
  readonly tags: readonly string[]
}

/** What of a head is stored; undefined for one with more tags than an entry can have, by some of which nobody could drop it. */
export function storingOf(
  place: FillPlace,
  head: LeavingHead,
  admitted: Storing['admitted'],
  settings: Settings<never>,
): Storing | undefined {
  const now = wallTime()
  const headers = [...storedHeaders(head.headers, settings.targets)]
  if (head.header('date') === undefined) headers.push(['date', formatHttpDate(now)])
  const tags = [
    ...new Set([
      ...place.tags,
      ...surrogateTags((name) => head.header(name)),
      ...cacheGroups((name) => head.header(name)),
      ...(admitted.notes?.tags ?? []),
    ]),
  ]
  if (tags.length > MOST_TAGS) return undefined
  return {
    place,
    settings,
    admitted,
    status: head.status,
    headers,
    tags,
    // Here what a handler does takes time, and no network: its answer is as young as its head, unless the RFC is to decide.
    initialAge: initialAge((name) => head.header(name), settings.mode === 'rfc' ? place.requestedAt : now, now),
    receivedAt: place.entries.ended(),
  }
}

/** The same when the body is whole, with what its handler has said meanwhile; undefined where that forbids it. */
export function wholeOf(storing: Storing, exchange: Pick<HttpExchange, 'request'>): Storing | undefined {
  const admitted = admitWhole(exchange, storing.admitted, storing.status, storing.settings)
  if (!admitted.stored) return undefined
  const tags = [...new Set([...storing.tags, ...(admitted.notes?.tags ?? [])])]
  return tags.length > MOST_TAGS ? undefined : { ...storing, admitted, tags }
}

/**
 * Stores an answer whose body is whole. Memory has it when this returns; the promise is for the backend, and never rejects.
 */
export function store(storing: Storing, body: Uint8Array): Promise<unknown> {
  const { place, admitted, settings, headers, status } = storing
  const { lifetime } = admitted
  const names = [...new Set([...place.known, ...admitted.vary])].toSorted()
  const stored: StoredAnswer = {
    kind: 'response',
    status,
    headers: withEtag(headers, status, body),
    requestedAt: place.requestedAt,
    receivedAt: storing.receivedAt,
    initialAge: storing.initialAge,
    body,
    ...lifetime,
  }
  const fresh = Math.max(1, lifetime.fresh - storing.initialAge)
  const stale = Math.max(lifetime.staleWhileRevalidate, lifetime.staleIfError, settings.keep)
  const life = {
    ttl: Math.ceil(fresh),
    stale: Math.ceil(stale),
    moment: place.moment,
    parts: place.parts,
    ended: storing.receivedAt,
  }
  const write = { bytes: encodeStored(stored), tags: storing.tags, ...life }
  if (names.length === 0) return place.entries.write(place.path, write)
  const variant = variantPath(place.path, names, place.header, settings)
  const list = {
    ...life,
    bytes: encodeStored({ kind: 'vary', names }),
    ttl: Math.max(life.ttl, LIST_MS),
    tags: undefined,
  }
  return Promise.all([
    place.entries.write(variant, write),
    names.length > place.known.length ? place.entries.write(place.path, list) : undefined,
  ])
}

/** How long the list of what tells variants apart is kept, at the least. */
const LIST_MS = 3_600_000

/** Where the variant for a request is. */
export function variantPath(
  path: string,
  names: readonly string[],
  header: (name: string) => string | undefined,
  { normalisers }: Pick<Settings<never>, 'normalisers'>,
): string {
  return variantKey(path, variantOf(names, header, normalisers))
}

/** Clients can ask whether what they have still holds, also where the handler gave nothing to ask by. */
function withEtag(headers: HeaderList, status: number, body: Uint8Array): HeaderList {
  if (status !== 200 || headers.some(([name]) => name === 'etag')) return headers
  const sum = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  // Weak: what compresses the answer on its way out leaves it as it is.
  return [...headers, ['etag', `W/"${sum}"`]]
}
