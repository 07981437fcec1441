import { tagsInHeaders } from '../runtime/next-tags.ts'
import type { IncrementalValue } from './values.ts'

/** The tags that a value carries itself, as Next.js writes them. */
export function ownTags(value: IncrementalValue | null): readonly string[] {
  if (value === null || value.kind === 'REDIRECT' || value.kind === 'IMAGE') return []
  return value.kind === 'FETCH' ? (value.tags ?? []) : tagsInHeaders(value.headers)
}
