import { sfString } from '../rate-limit/structured-field.ts'

/** What one cache tells of how it answered a request (RFC 9211 2). */
export interface CacheStatus {
  /** It was answered without the handler. */
  readonly hit?: true
  /** Why the request went to the handler. */
  readonly fwd?: 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale' | 'partial'
  /** What the handler answered with, where the client gets another status. */
  readonly fwdStatus?: number
  /** For how many seconds the answer stays fresh; negative where it is not. */
  readonly ttl?: number
  /** The handler's answer was stored. */
  readonly stored?: true
  /** The request waited for the answer to another one. */
  readonly collapsed?: true
  /** Anything else; what is no printable character of ASCII becomes `?`. */
  readonly detail?: string
}

/**
 * One member of a `Cache-Status` field, behind those of the caches before it: `Redstart; hit; ttl=30`.
 *
 * @param name of the cache.
 */
export function cacheStatus(name: string, status: CacheStatus): string {
  const member = [tokenOrString(name)]
  if (status.hit) member.push('hit')
  if (status.fwd !== undefined) member.push(`fwd=${status.fwd}`)
  if (status.fwdStatus !== undefined) member.push(`fwd-status=${integer(status.fwdStatus)}`)
  if (status.ttl !== undefined) member.push(`ttl=${integer(status.ttl)}`)
  if (status.stored) member.push('stored')
  if (status.collapsed) member.push('collapsed')
  if (status.detail !== undefined) member.push(`detail=${tokenOrString(status.detail)}`)
  return member.join('; ')
}

const TOKEN = /^[A-Za-z*][\w!#$%&'*+.^`|~:/-]*$/
/** The largest Integer of RFC 9651 3.3.1. */
const LARGEST = 999_999_999_999_999

function tokenOrString(text: string): string {
  return TOKEN.test(text) ? text : sfString('Cache-Status', text.replace(/[^ -~]/gu, '?'))
}

function integer(value: number): string {
  return Number.isNaN(value) ? '0' : String(Math.min(LARGEST, Math.max(-LARGEST, Math.floor(value))))
}
