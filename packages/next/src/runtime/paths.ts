import { createHash } from 'node:crypto'

/** Which part of Next.js an entry is of: the second part of its path, so that each can be invalidated by its prefix. */
export type EntryKind = 'use-cache' | 'page' | 'fetch' | 'image'

/** Where something is kept. Keys have any length and may hold anything, so they are hashed, of each character all its bits. */
export function pathOf(namespace: string, kind: EntryKind, key: string, build?: string): string {
  const hash = createHash('sha256').update(key, 'utf16le').digest('base64url')
  return build === undefined ? `${namespace}:${kind}:${hash}` : `${namespace}:${kind}:${build}:${hash}`
}

/** One part of a path that tells builds and deployments apart. */
export function buildPart(deploymentId: string, buildId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([deploymentId, buildId]))
    .digest('base64url')
    .slice(0, 16)
}
