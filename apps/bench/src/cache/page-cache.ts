import type { MenuPage } from './payload.ts'

/** A library with pages in it, set up the way that suits it best. */
export interface PageCache {
  readonly name: string
  /** Reads a page, or makes and stores it. */
  read(id: number): Promise<MenuPage | undefined>
  /** Stores a page. */
  set?(id: number): Promise<unknown>
  /** Reads many pages in one call. */
  many?(ids: readonly number[]): Promise<unknown>
  /** Invalidates all pages by their tag. */
  invalidate?(): Promise<unknown>
  close(): Promise<void>
}

export interface OpenOptions {
  readonly url: string
  /** Most pages in memory; 0 for none, so that each read goes to Redis. */
  readonly inMemory: number
  /** How many tags each page has. */
  readonly tags: number
}

export type Open = (options: OpenOptions) => PageCache

export function tagsOf(count: number): string[] {
  return Array.from({ length: count }, (_, n) => (n === 0 ? 'menu' : `menu-${n}`))
}
