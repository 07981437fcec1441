import { createHash } from 'node:crypto'

/** Tags in which Next.js says which parameters of a root layout an entry depends on; nothing invalidates by them. */
const ROOT_PARAMETER = '_N_RP_'
/** Text that can be a tag in Redstart as it is. */
const USABLE = /^[^\p{Cc}\p{Surrogate}]{1,256}$/u
const ENCODED = /%[0-9A-Fa-f]{2}/

/**
 * The tags of Redstart for tags as Next.js hands them over. It has written everything but printable ASCII as `%xx`, since it
 * sends tags in a header; both ways of writing count, so that other processes need not know. What can be no tag is hashed.
 */
export function sharedTags(tags: readonly string[]): string[] {
  const shared = new Set<string>()
  for (const tag of tags) {
    if (tag.startsWith(ROOT_PARAMETER)) continue
    shared.add(usable(tag))
    const decoded = ENCODED.test(tag) ? decode(tag) : tag
    if (decoded !== tag) shared.add(usable(decoded))
  }
  return [...shared]
}

/**
 * The same for tags that are invalidated. Next.js joins the tags of a page by commas, so that a tag with a comma in it is
 * several there.
 */
export function invalidatedTags(tags: readonly string[]): string[] {
  return sharedTags(tags.flatMap((tag) => (tag.includes(',') ? [tag, ...tag.split(',')] : [tag])))
}

/** The tags of a page, from the headers that it is stored with. */
export function tagsInHeaders(headers: Readonly<Record<string, unknown>> | undefined): string[] {
  const header = headers?.['x-next-cache-tags']
  const text = Array.isArray(header) ? header.join(',') : header
  return typeof text === 'string' && text !== '' ? text.split(',') : []
}

function usable(tag: string): string {
  return USABLE.test(tag) ? tag : `_R_${createHash('sha256').update(tag).digest('base64url')}`
}

function decode(tag: string): string {
  try {
    return decodeURIComponent(tag)
  } catch {
    return tag
  }
}
