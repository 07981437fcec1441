import type { HeaderList } from '../exchange.ts'
import { headerOf } from './header-lookup.ts'
import { storedHeaders } from './stored-headers.ts'

/**
 * The headers of a stored response after a 304 for it (RFC 9111 4.3.4 and 3.2): what the 304 has takes the place of what was
 * stored, all fields of a name for all of them. What describes the bytes that were stored stays, and so does the entity tag:
 * a 304 with another one, where both are strong, is not about this response.
 *
 * @param targets names of targeted fields, for what the 304 forbids to store.
 */
export function freshened(stored: HeaderList, fresh: HeaderList, targets: readonly string[] = []): HeaderList {
  const updates = storedHeaders(fresh, targets).filter(([name]) => !OF_THE_BYTES.has(name.toLowerCase()))
  const updated = new Set(updates.map(([name]) => name.toLowerCase()))
  return [...stored.filter(([name]) => !updated.has(name.toLowerCase())), ...updates]
}

/**
 * What an answer to HEAD says of the response that is stored for GET (RFC 9111 4.3.5): that it still fits and nothing of it
 * is new; that it still fits and {@link freshened} brings it up to date; or that there is another now, or none.
 *
 * @param length of the stored body, in bytes.
 */
export function freshenedByHead(
  stored: { readonly headers: HeaderList; readonly length: number },
  answer: { readonly status: number; readonly headers: HeaderList },
): 'same' | 'update' | 'gone' {
  if (answer.status === 404 || answer.status === 410) return 'gone'
  if (answer.status !== 200) return 'same'
  const [before, now] = [headerOf(stored.headers), headerOf(answer.headers)]
  const length = now('content-length')
  if (length !== undefined && Number(length) !== stored.length) return 'gone'
  if (VALIDATORS.some((name) => now(name) !== undefined && now(name) !== before(name))) return 'gone'
  const after = headerOf(freshened(stored.headers, answer.headers))
  return answer.headers.every(([name]) => after(name.toLowerCase()) === before(name.toLowerCase())) ? 'same' : 'update'
}

const VALIDATORS = ['etag', 'last-modified']
/** RFC 9111 3.2, and what RFC 9530 and its forerunners call a digest; of a 304 it would be that of no bytes. */
const OF_THE_BYTES = new Set([
  'content-length',
  'content-encoding',
  'content-type',
  'content-range',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'etag',
])
