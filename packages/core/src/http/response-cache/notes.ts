import { type Duration, milliseconds } from '../../duration.ts'
import { checkMembers, checkObject, invalidArgument } from '../../errors.ts'
import { checkTag } from '../../keys.ts'

/** What a handler says of its answer, in place of `Cache-Control`. */
export interface CacheForOptions {
  /** How long it is fresh. */
  readonly ttl: Duration
  /** How much longer it is served while it is refreshed. @default as `cacheResponse` was given */
  readonly stale?: Duration
  /** How much longer it is served in place of an error. @default as `cacheResponse` was given */
  readonly staleIfError?: Duration
  /** As `cacheTags()` takes them. @default none */
  readonly tags?: readonly string[]
}

/** What handlers of one request have said. Durations are milliseconds. */
export interface Notes {
  readonly tags: ReadonlySet<string>
  readonly ttl: number | undefined
  readonly stale: number | undefined
  readonly staleIfError: number | undefined
  /** Why it is not to be stored. */
  readonly refused: string | undefined
}

interface Noting extends Notes {
  tags: Set<string>
  ttl: number | undefined
  stale: number | undefined
  staleIfError: number | undefined
  refused: string | undefined
}

const noted = new WeakMap<object, Noting>()

/** @param request what tells the request from all others: {@link HttpExchange.request}. */
export function notesOf(request: object): Notes | undefined {
  return noted.get(request)
}

/**
 * Adds tags to what is stored of this request's answer.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a tag that is empty, longer than 256 characters or has control characters.
 */
export function noteTags(request: object, tags: readonly string[]): void {
  if (!Array.isArray(tags)) throw invalidArgument('tags', tags, 'a list of tags')
  const notes = noting(request)
  for (const tag of tags) notes.tags.add(checkTag(tag))
}

/**
 * Says how long this request's answer is fresh; false for not to be stored.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a duration or tag that is not allowed.
 */
export function noteLifetime(request: object, options: CacheForOptions | false): void {
  const notes = noting(request)
  if (options === false) {
    notes.refused = 'handler'
    return
  }
  checkObject('the options of cacheFor', options)
  checkMembers('the options of cacheFor', options, MEMBERS)
  const { ttl, stale, staleIfError, tags = [] } = options
  notes.ttl = milliseconds(ttl, 'ttl', 1)
  if (stale !== undefined) notes.stale = milliseconds(stale, 'stale')
  if (staleIfError !== undefined) notes.staleIfError = milliseconds(staleIfError, 'staleIfError')
  noteTags(request, tags)
}

const MEMBERS: ReadonlySet<string> = new Set<keyof CacheForOptions>(['ttl', 'stale', 'staleIfError', 'tags'])

function noting(request: object): Noting {
  const there = noted.get(request)
  if (there !== undefined) return there
  const fresh: Noting = {
    tags: new Set(),
    ttl: undefined,
    stale: undefined,
    staleIfError: undefined,
    refused: undefined,
  }
  noted.set(request, fresh)
  return fresh
}
