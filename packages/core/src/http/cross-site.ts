import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import type { HttpExchange, HttpPolicy } from './exchange.ts'
import { problemReply } from './problem.ts'

export interface CrossSiteOptions {
  /** Other origins whose pages may send what changes something: `https://admin.example.com`. @default none */
  readonly trusted?: readonly string[]
}

/**
 * Refuses requests that change something and come from a page of another origin: what a browser says of that in
 * `Sec-Fetch-Site` (W3C Fetch Metadata), or else in `Origin` (RFC 6454), no page can forge. A request with neither comes
 * from no browser that would send somebody's cookies along. GET, HEAD and OPTIONS pass: they must change nothing.
 *
 * It goes before tokens (`session.verifyCsrfToken()`), which are for browsers from before 2020 and for defence in depth.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what is no origin.
 */
export function crossSitePolicy(options: CrossSiteOptions = {}): HttpPolicy<undefined> {
  checkObject('the options of crossSitePolicy', options)
  checkMembers('the options of crossSitePolicy', options, KNOWN)
  const trusted = new Set((options.trusted ?? []).map(checkOrigin))
  return {
    name: 'cross-site',
    decide(exchange) {
      if (!isCrossSite(exchange, trusted)) return { type: 'next', state: undefined }
      const detail = 'a page of another origin must not send this request'
      return { type: 'reply', reply: problemReply({ status: 403, code: 'CROSS_SITE', title: 'Forbidden', detail }) }
    },
  }
}

const KNOWN: ReadonlySet<string> = new Set(['trusted'])
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

function isCrossSite(exchange: HttpExchange, trusted: ReadonlySet<string>): boolean {
  if (SAFE.has(exchange.method)) return false
  const site = exchange.header('sec-fetch-site')
  const origin = exchange.header('origin')
  if (site === 'same-origin' || site === 'none') return false
  if (origin !== undefined && trusted.has(origin)) return false
  if (site !== undefined) return true
  return origin !== undefined && !isOwn(origin, exchange)
}

/** By host and port alone: behind a proxy that is not trusted, the scheme is not known. */
function isOwn(origin: string, { host }: HttpExchange): boolean {
  const sender = parsed(origin)
  const own = host === undefined || sender === undefined ? undefined : parsed(`${sender.protocol}//${host}`)
  return own !== undefined && own.host === sender?.host
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function checkOrigin(origin: string): string {
  const url = typeof origin === 'string' ? parsed(origin) : undefined
  if (url !== undefined && url.origin === origin) return origin
  throw invalidArgument('an origin in trusted', origin, 'scheme, host and port, such as https://admin.example.com')
}
