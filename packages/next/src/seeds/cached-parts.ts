import { inflateSync } from 'node:zlib'
import { isRecord } from '../runtime/sections.ts'

/** What Next.js calls tags that stand for paths. */
const PATH_TAG = '_N_T_'
/** Next.js's own bound is 500 MB; a build that has more of it in one shell is not looked into. */
const MOST_BYTES = 16 * 1024 * 1024

/**
 * Whether something of a cache may be in what a build made of a page without its parameters. All that was read from caches
 * while it was made, and maybe before in the same build, is in the data to go on with. An entry gives its tags to whatever it
 * becomes part of: one with a tag that the page does not have is no part of it.
 *
 * @param tags of the page.
 * @param data what Next.js writes behind the state to go on from: `null`, or JSON as base64 of its deflated form.
 */
export function mayHoldCached(tags: readonly string[], data: string): boolean {
  if (tags.length === 0 || tags.some((tag) => !tag.startsWith(PATH_TAG))) return true
  if (data === 'null') return false
  const store = storeOf(data)
  if (store === undefined || !isRecord(store['cache']) || !isRecord(store['fetch'])) return true
  const entries = [...Object.values(store['cache']).map(entryOf), ...Object.values(store['fetch'])]
  return entries.some((entry) => !hasOtherTag(entry, tags))
}

function hasOtherTag(entry: unknown, tags: readonly string[]): boolean {
  if (!isRecord(entry) || !Array.isArray(entry['tags'])) return false
  return entry['tags'].some((tag) => typeof tag === 'string' && !tags.includes(tag))
}

function entryOf(kept: unknown): unknown {
  return isRecord(kept) ? kept['entry'] : undefined
}

function storeOf(data: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(
      inflateSync(Buffer.from(data, 'base64'), { maxOutputLength: MOST_BYTES }).toString('utf8'),
    )
    return isRecord(json) && isRecord(json['store']) ? json['store'] : undefined
  } catch {
    return undefined
  }
}
