import { decodeSections, encodeSections, isRecord, numberFromJson, numberToJson } from '../runtime/sections.ts'

/** What a `'use cache'` entry is, beside its bytes. Durations are seconds, as Next.js has them. */
export interface UseCacheFacts {
  readonly tags: readonly string[]
  readonly stale: number
  readonly expire: number
  readonly revalidate: number
  /** The backend's time in ms when making it began. */
  readonly born: number
  /** The same by the wall clock of the process that made it. */
  readonly timestamp: number
  /** Which process that was. */
  readonly process: string
}

/** A `'use cache'` entry as it is kept. */
export interface KeptEntry extends UseCacheFacts {
  /** Shared: not to be changed. */
  readonly bytes: Buffer
}

export function encodeEntry(
  { tags, stale, expire, revalidate, born, timestamp, process }: UseCacheFacts,
  bytes: Uint8Array,
): Buffer {
  const numbers = { stale, expire, revalidate, born, timestamp }
  const written = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, numberToJson(value)]))
  return encodeSections({ kind: 'USE_CACHE', tags, process, ...written }, [bytes])
}

/** Undefined for what is no such entry. */
export function decodeEntry(kept: Uint8Array): KeptEntry | undefined {
  const decoded = decodeSections(kept)
  if (decoded === undefined || !isRecord(decoded.head)) return undefined
  const { kind, tags, process } = decoded.head
  const [bytes, ...others] = decoded.sections
  if (kind !== 'USE_CACHE' || bytes === undefined || others.length > 0) return undefined
  if (!isTexts(tags) || typeof process !== 'string') return undefined
  const { head } = decoded
  const stale = numberFromJson(head['stale'])
  const expire = numberFromJson(head['expire'])
  const revalidate = numberFromJson(head['revalidate'])
  const born = numberFromJson(head['born'])
  const timestamp = numberFromJson(head['timestamp'])
  if (stale === undefined || expire === undefined || revalidate === undefined) return undefined
  if (born === undefined || timestamp === undefined) return undefined
  return { tags, process, stale, expire, revalidate, born, timestamp, bytes }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}
