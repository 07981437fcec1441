import type { UseCacheEntry, UseCacheHandler } from '@redstart/next/handlers'

/** What a test says of an entry; the rest is as `cacheLife('hours')` has it. */
export interface Filling {
  readonly text?: string
  readonly tags?: readonly string[]
  readonly revalidate?: number
  readonly expire?: number
}

export function wallTime(): number {
  return performance.timeOrigin + performance.now()
}

export function entryOf({ text = 'menu', tags = [], revalidate = 3600, expire = 86_400 }: Filling): UseCacheEntry {
  return { value: streamOf(text), tags: [...tags], stale: 300, timestamp: wallTime(), revalidate, expire }
}

export function streamOf(...texts: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) if (text !== '') controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })
}

/** Makes an entry as Next.js does: it looks for it first. */
export async function fill(handler: UseCacheHandler, key: string, filling: Filling = {}): Promise<void> {
  await nextReads(handler, key)
  await handler.set(key, Promise.resolve(entryOf(filling)))
}

/** What Next.js would serve: it looks at the end of an entry, and at when its soft tags were invalidated, itself. */
export async function nextReads(
  handler: UseCacheHandler,
  key: string,
  softTags: readonly string[] = [],
): Promise<UseCacheEntry | undefined> {
  await handler.refreshTags()
  const entry = await handler.get(key, [...softTags])
  if (entry === undefined) return undefined
  const expiration = await handler.getExpiration([...softTags])
  if (expiration < Infinity && entry.timestamp <= expiration) return undefined
  return wallTime() > entry.timestamp + entry.expire * 1000 ? undefined : entry
}

/** The text that Next.js would serve, and whether it would make it anew behind the reader's back. */
export async function servedText(
  handler: UseCacheHandler,
  key: string,
  softTags: readonly string[] = [],
): Promise<string | undefined> {
  const entry = await nextReads(handler, key, softTags)
  if (entry === undefined) return undefined
  const text = await textOf(entry.value)
  return wallTime() > entry.timestamp + entry.revalidate * 1000 ? `${text} (stale)` : text
}

export async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  const reader = stream.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) chunks.push(read.value)
  return Buffer.concat(chunks).toString('utf8')
}
