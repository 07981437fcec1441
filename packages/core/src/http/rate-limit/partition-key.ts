import { createHmac } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { RedstartError } from '../../errors.ts'

/**
 * Makes the partition keys that headers tell: who shares one shares a quota. Each is the beginning of an HMAC-SHA256, so
 * that nobody who reads it finds out an address or a name by trying them all, as one may with a plain hash.
 *
 * @param secret of 16 characters or more; the same in all processes gives the same keys.
 * @throws RedstartError `INVALID_ARGUMENT` for a secret that is too short.
 */
export function partitionKeys(secret: string): (key: string) => string {
  if (typeof secret !== 'string' || secret.length < LEAST_SECRET)
    // Without a word of what it is.
    throw new RedstartError('INVALID_ARGUMENT', `partitionKey is no secret of at least ${LEAST_SECRET} characters`)
  const known = new LRUCache<string, string>({ max: MOST_KNOWN })
  return (key) => {
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const made = createHmac('sha256', secret).update(key).digest().subarray(0, BYTES).toString('base64')
    known.set(key, made)
    return made
  }
}

const LEAST_SECRET = 16
const BYTES = 12
const MOST_KNOWN = 1000
