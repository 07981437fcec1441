import { isTag } from '../../keys.ts'
import type { HeaderList } from '../exchange.ts'
import type { HeaderOf } from './header-of.ts'

/** A header that tells what stands in front of the application which tags an answer has. */
export type TagHeader = 'cache-tag' | 'surrogate-key' | 'xkey' | 'cache-groups'

/** Headers with tags that are meant for caches alone, to be taken away from what a client gets. */
export const TAG_HEADERS: readonly string[] = ['cache-tag', 'surrogate-key', 'xkey']

/** Most tags that an answer can bring. */
const MOST_TAGS = 64

/**
 * The tags that a response brings: of `Cache-Tag`, between commas, of `Surrogate-Key` and `xkey`, between spaces; each once.
 *
 * @param onDropped told how many it has that are left out: too many, too long, or with characters that no tag has. What they
 *   were to invalidate, they will not.
 */
export function surrogateTags(header: HeaderOf, onDropped?: (count: number) => void): readonly string[] {
  const [byComma, bySpace, ofVarnish] = [header('cache-tag'), header('surrogate-key'), header('xkey')]
  if (byComma === undefined && bySpace === undefined && ofVarnish === undefined) return NO_TAGS
  const tags = new Set([
    ...(byComma?.split(',') ?? []).map((tag) => tag.trim()),
    // Fields of several lines come joined by commas.
    ...(bySpace?.split(BETWEEN_WORDS) ?? []),
    ...(ofVarnish?.split(BETWEEN_WORDS) ?? []),
  ])
  tags.delete('')
  const kept = [...tags].filter(isTag).slice(0, MOST_TAGS)
  if (kept.length < tags.size) onDropped?.(tags.size - kept.length)
  return kept
}

/** The headers that tell these tags, of each kind one; none without tags. */
export function tagHeaders(tags: readonly string[], kinds: readonly TagHeader[]): HeaderList {
  if (tags.length === 0) return []
  return kinds.map((kind) => {
    const between = kind === 'cache-tag' || kind === 'cache-groups' ? ', ' : ' '
    return [kind, tags.map((tag) => taggedAs(tag, kind)).join(between)]
  })
}

/**
 * A tag as a header of that kind has it, and as whoever reads that header is asked to purge it: what the header could not
 * hold is escaped as in a URL, so that no two tags become one.
 */
export function taggedAs(tag: string, kind: TagHeader): string {
  if (kind !== 'cache-groups') return escaped(tag, NOT_IN_WORD)
  return `"${escaped(tag, NOT_IN_STRING).replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

const NO_TAGS: readonly string[] = []
const BETWEEN_WORDS = /,?[ \t]+/
/** Of a `%` the escape, so that no tag reads as another one's. */
const NOT_IN_WORD = /[^!-~]|[%,]/gu
const NOT_IN_STRING = /[^ -~]|%/gu

function escaped(tag: string, characters: RegExp): string {
  return tag.replaceAll(characters, (character) => encodeURIComponent(character))
}
