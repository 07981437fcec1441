import type { CacheControl, GetContext, IncrementalEntry, IncrementalValue } from './values.ts'

/** For so many seconds something is fresh by its own account; undefined where it says nothing, or has no end. */
export function freshSeconds(
  value: IncrementalValue | null,
  cacheControl: CacheControl | undefined,
  { revalidate }: Pick<GetContext, 'revalidate'>,
): number | undefined {
  if (value?.kind === 'FETCH') return typeof revalidate === 'number' && revalidate > 0 ? revalidate : value.revalidate
  if (value?.kind === 'IMAGE') return value.revalidate
  return typeof cacheControl?.revalidate === 'number' ? cacheControl.revalidate : undefined
}

/**
 * An entry that Next.js takes for stale: it is older than it may be. What has no end is given one, and is past it.
 *
 * @param now the wall's time in ms.
 */
export function asStale(
  entry: IncrementalEntry,
  context: Pick<GetContext, 'revalidate'>,
  now: number,
): IncrementalEntry {
  const { value, cacheControl } = entry
  if (value?.kind === 'FETCH' || value?.kind === 'IMAGE') {
    const seconds = freshSeconds(value, cacheControl, context) ?? 0
    return { ...entry, lastModified: Math.min(entry.lastModified, now - seconds * 1000 - 1000) }
  }
  // Not older than needed, so that its `expire` is not reached by this.
  const revalidate = Math.min(freshSeconds(value, cacheControl, context) ?? 1, 1)
  const lastModified = Math.min(entry.lastModified, now - revalidate * 1000 - 1)
  return { value, lastModified, cacheControl: { revalidate, expire: cacheControl?.expire } }
}
