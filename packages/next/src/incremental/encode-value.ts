import { encodeSections, numberToJson } from '../runtime/sections.ts'
import { Parts } from './parts.ts'
import type { CacheControl, IncrementalValue } from './values.ts'

/** What is kept of a page, a fetch or an image beside its value. */
export interface IncrementalFacts {
  readonly cacheControl: CacheControl | undefined
  /** The backend's time in ms when it was made. */
  readonly born: number
  /** The same by the wall clock of the process that made it. */
  readonly timestamp: number
  /** Which process that was. */
  readonly process: string
}

/** The segments of a page are named by what follows. */
export const SEGMENT = 'segment '

export function encodeValue(value: IncrementalValue | null, facts: IncrementalFacts): Buffer {
  const parts = new Parts()
  const shown = value === null ? { kind: 'NONE' } : headOf(value, parts)
  const { cacheControl, born, timestamp, process } = facts
  const times = { born: numberToJson(born), timestamp: numberToJson(timestamp) }
  const head = { ...shown, process, ...times, cacheControl: controlToJson(cacheControl), parts: parts.names }
  return encodeSections(head, parts.sections)
}

/** No more than the bytes that it takes, without writing them: what is far too large need not be written to know that. */
export function leastBytes(value: IncrementalValue | null): number {
  switch (value?.kind) {
    case 'FETCH':
      return Math.floor((value.data.body.length * 3) / 4)
    case 'APP_PAGE':
      return value.html.length + (value.rscData?.length ?? 0)
    case 'APP_ROUTE':
      return value.body.length
    case 'PAGES':
      return value.html.length
    case 'IMAGE':
      return value.buffer.length
    default:
      return 0
  }
}

/** What of a value is kept in JSON; the rest becomes parts. */
function headOf(value: IncrementalValue, parts: Parts): object {
  switch (value.kind) {
    case 'FETCH': {
      const { headers, url, status, body } = value.data
      const isBase64 = Buffer.from(body, 'base64').toString('base64') === body
      if (isBase64) parts.add('body', Buffer.from(body, 'base64'))
      else parts.addText('body', body)
      const { kind, tags, revalidate } = value
      return { kind, tags, revalidate: numberToJson(revalidate), headers, url, status, isBase64 }
    }
    case 'APP_PAGE': {
      parts.addText('html', value.html)
      parts.add('rscData', value.rscData)
      parts.addText('postponed', value.postponed)
      for (const [name, segment] of value.segmentData ?? []) parts.add(`${SEGMENT}${name}`, segment)
      const { kind, headers, status, segmentData } = value
      return { kind, headers, status, hasSegments: segmentData !== undefined }
    }
    case 'APP_ROUTE': {
      parts.add('body', value.body)
      return { kind: value.kind, headers: value.headers, status: value.status }
    }
    case 'PAGES': {
      parts.addText('html', value.html)
      parts.addText('pageData', JSON.stringify(value.pageData))
      return { kind: value.kind, headers: value.headers, status: value.status }
    }
    case 'REDIRECT':
      return { kind: value.kind, props: value.props }
    case 'IMAGE': {
      const { kind, etag, upstreamEtag, extension, revalidate } = value
      parts.add('buffer', value.buffer)
      return { kind, etag, upstreamEtag, extension, revalidate }
    }
  }
}

function controlToJson(control: CacheControl | undefined): object | undefined {
  if (control === undefined) return undefined
  const { revalidate, expire } = control
  return {
    revalidate: revalidate === false ? false : numberToJson(revalidate),
    ...(expire !== undefined && { expire: numberToJson(expire) }),
  }
}
