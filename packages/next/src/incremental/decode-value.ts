import { decodeSections, isRecord, numberFromJson } from '../runtime/sections.ts'
import { type IncrementalFacts, SEGMENT } from './encode-value.ts'
import { ReadParts } from './parts.ts'
import type { CacheControl, IncrementalValue, StoredHeaders } from './values.ts'

/** A page, a fetch or an image as it was kept. */
export interface KeptValue extends IncrementalFacts {
  readonly value: IncrementalValue | null
}

/** Undefined for bytes that are nothing of the kind. */
export function decodeValue(bytes: Uint8Array): KeptValue | undefined {
  const decoded = decodeSections(bytes)
  if (decoded === undefined || !isRecord(decoded.head)) return undefined
  const { head, sections } = decoded
  const { parts, process } = head
  if (!isTexts(parts) || parts.length !== sections.length || typeof process !== 'string') return undefined
  const born = numberFromJson(head['born'])
  const timestamp = numberFromJson(head['timestamp'])
  const cacheControl = controlFrom(head['cacheControl'])
  const value = valueFrom(head, new ReadParts(parts, sections))
  if (born === undefined || timestamp === undefined || cacheControl === BROKEN || value === BROKEN) return undefined
  return { value, cacheControl, born, timestamp, process }
}

const BROKEN = Symbol('broken')
type Head = Readonly<Record<string, unknown>>

function valueFrom(head: Head, parts: ReadParts): IncrementalValue | null | typeof BROKEN {
  switch (head['kind']) {
    case 'NONE':
      return null
    case 'FETCH':
      return fetchFrom(head, parts)
    case 'APP_PAGE':
      return appPageFrom(head, parts)
    case 'APP_ROUTE': {
      const body = parts.bytes('body')
      const { headers, status } = head
      if (body === undefined || !isHeaders(headers) || typeof status !== 'number') return BROKEN
      return { kind: 'APP_ROUTE', body, status, headers }
    }
    case 'PAGES':
      return pageFrom(head, parts)
    case 'REDIRECT':
      return isRecord(head['props']) ? { kind: 'REDIRECT', props: head['props'] } : BROKEN
    case 'IMAGE':
      return imageFrom(head, parts)
    default:
      return BROKEN
  }
}

function fetchFrom(head: Head, parts: ReadParts): IncrementalValue | typeof BROKEN {
  const { headers, url, status, tags, isBase64 } = head
  const revalidate = numberFromJson(head['revalidate'])
  const body = isBase64 === true ? parts.bytes('body')?.toString('base64') : parts.text('body')
  if (!isTextRecord(headers) || typeof url !== 'string' || !isStatus(status)) return BROKEN
  if (revalidate === undefined || body === undefined || !(tags === undefined || isTexts(tags))) return BROKEN
  const data = { headers: { ...headers }, body, url, ...(status !== undefined && { status }) }
  return { kind: 'FETCH', data, revalidate, ...(tags !== undefined && { tags: [...tags] }) }
}

function appPageFrom(head: Head, parts: ReadParts): IncrementalValue | typeof BROKEN {
  const { headers, status, hasSegments } = head
  const html = parts.text('html')
  if (html === undefined || !(headers === undefined || isHeaders(headers)) || !isStatus(status)) return BROKEN
  const names = parts.namesAfter(SEGMENT)
  const segments = new Map(names.map((name) => [name, parts.bytes(`${SEGMENT}${name}`) ?? Buffer.alloc(0)]))
  const segmentData = hasSegments === true ? segments : undefined
  const postponed = parts.text('postponed')
  return { kind: 'APP_PAGE', html, rscData: parts.bytes('rscData'), headers, postponed, status, segmentData }
}

function pageFrom(head: Head, parts: ReadParts): IncrementalValue | typeof BROKEN {
  const { headers, status } = head
  const html = parts.text('html')
  const json = parts.text('pageData')
  if (html === undefined || json === undefined) return BROKEN
  if (!(headers === undefined || isHeaders(headers)) || !isStatus(status)) return BROKEN
  const pageData = parsed(json)
  return typeof pageData === 'object' && pageData !== null ? { kind: 'PAGES', html, pageData, headers, status } : BROKEN
}

function imageFrom(head: Head, parts: ReadParts): IncrementalValue | typeof BROKEN {
  const { etag, upstreamEtag, extension, revalidate } = head
  const buffer = parts.bytes('buffer')
  if (buffer === undefined || typeof etag !== 'string' || typeof upstreamEtag !== 'string') return BROKEN
  if (typeof extension !== 'string' || !(revalidate === undefined || typeof revalidate === 'number')) return BROKEN
  return { kind: 'IMAGE', etag, upstreamEtag, buffer, extension, ...(revalidate !== undefined && { revalidate }) }
}

function controlFrom(control: unknown): CacheControl | undefined | typeof BROKEN {
  if (control === undefined) return undefined
  if (!isRecord(control)) return BROKEN
  const revalidate = control['revalidate'] === false ? false : numberFromJson(control['revalidate'])
  const expire = numberFromJson(control['expire'])
  return revalidate === undefined ? BROKEN : { revalidate, expire }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

function isStatus(value: unknown): value is number | undefined {
  return value === undefined || typeof value === 'number'
}

function isTextRecord(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string')
}

function isHeaders(value: unknown): value is StoredHeaders {
  if (!isRecord(value)) return false
  return Object.values(value).every((field) => typeof field === 'string' || typeof field === 'number' || isTexts(field))
}
