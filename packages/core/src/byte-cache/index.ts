/**
 * The cache for what keeps bytes in it by another protocol than its own: the cache handlers of a framework.
 *
 * @packageDocumentation
 */
export { type ByteCache, byteCache, type ByteCacheSource, type BytesRead, type BytesToKeep } from './byte-cache.ts'
export type { Moment } from '../cache/token.ts'
