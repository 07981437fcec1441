import { createHash } from 'node:crypto'

/** Which part of Next.js an entry is of: the second part of its path, so that each can be invalidated by its prefix. */
export type EntryKind = 'use-cache' | 'page' | 'fetch' | 'image'

/** Where something is kept. Keys have any length and may hold anything, so they are hashed, of each character all its bits. */
export function pathOf(namespace: string, kind: EntryKind, key: string, build?: string): string {
  const hash = createHash('sha256').update(key, 'utf16le').digest('base64url')
  return build === undefined ? `${namespace}:${kind}:${hash}` : `${namespace}:${kind}:${build}:${hash}`
}

/** No more paths than this are remembered, of no longer keys: some 2 MB at the most. */
const MOST_PATHS = 2000
const LONGEST_KEY = 512

/** Paths of one namespace. Those that are asked for again and again are not hashed again. */
export class Paths {
  readonly #namespace: string
  /** By what tells builds or kinds apart, then by the key. */
  readonly #known = new Map<string, Map<string, string>>()
  #size = 0

  constructor(namespace: string) {
    this.#namespace = namespace
  }

  /** As {@link pathOf}. */
  of(kind: EntryKind, key: string, build?: string): string {
    // Of a build are pages and images; one text is made of two for the latter alone, which are few.
    const part = build === undefined || kind === 'page' ? (build ?? kind) : `${kind} ${build}`
    const known = this.#known.get(part)?.get(key)
    if (known !== undefined) return known
    const path = pathOf(this.#namespace, kind, key, build)
    if (key.length <= LONGEST_KEY) this.#remember(part, key, path)
    return path
  }

  #remember(part: string, key: string, path: string): void {
    if (this.#size >= MOST_PATHS) {
      this.#known.clear()
      this.#size = 0
    }
    const known = this.#known.get(part) ?? new Map<string, string>()
    known.set(key, path)
    this.#known.set(part, known)
    this.#size++
  }
}

/** One part of a path that tells builds and deployments apart. */
export function buildPart(deploymentId: string, buildId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([deploymentId, buildId]))
    .digest('base64url')
    .slice(0, 16)
}
