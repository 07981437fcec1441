import { cookies, type CookieJar, headers } from '#next/headers'
import { type Work, workAsyncStorage } from '#next/work-storage'
import { workUnitAsyncStorage } from '#next/work-unit-storage'
import type { Sender } from '../client-address/connection.ts'

/** Where in the course of a request something is called. */
export type Phase = 'action' | 'render' | 'after'

/** The request that is served, as Next.js tells it. */
export interface CurrentRequest extends Sender {
  /** The same for all of the request, and of no other. */
  readonly work: Work
  readonly jar: CookieJar
}

/**
 * Finds the request that is served. What Next.js throws here is for Next.js: whatever asks makes a page dynamic, and is an
 * error in what is cached.
 */
export async function currentRequest(): Promise<CurrentRequest> {
  const jar = await cookies()
  const sent = await headers()
  const work = workAsyncStorage.getStore()
  // cookies() would have thrown.
  if (work === undefined) throw new TypeError('a session was asked for outside of a request')
  const header: Sender['header'] = (name) => sent.get(name) ?? undefined
  return { work, jar, header, url: originOf(header) }
}

/** As Next.js says it to whom it gives a URL: it writes these headers itself where nobody has sent them. */
function originOf(header: Sender['header']): string {
  const isSecure = header('x-forwarded-proto')?.includes('https') === true
  return `${isSecure ? 'https' : 'http'}://${header('host') ?? 'localhost'}/`
}

/** Asked for at the moment that it matters: it changes while a request is served. */
export function phaseNow(): Phase {
  const unit = workUnitAsyncStorage.getStore()
  if (unit?.type !== 'request') return 'render'
  return unit.phase === 'action' || unit.phase === 'after' ? unit.phase : 'render'
}
