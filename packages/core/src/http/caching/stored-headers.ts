import type { HeaderList } from '../exchange.ts'
import { type Directives, listedFields } from './cache-control.ts'
import { headerOf } from './header-lookup.ts'
import { responseDirectives } from './targeted.ts'

/**
 * What of a response's headers is stored (RFC 9111 3.1), in its order: not those of the connection (RFC 9110 7.6.1), nor what
 * `no-cache="..."` and `private="..."` list, nor those of the one request that it answers: cookies, traces, what is left of a
 * limit. `Age` and `Cache-Status` are made anew for each answer.
 *
 * @param targets names of targeted fields, the most specific first, for the directives that list fields.
 */
export function storedHeaders(headers: HeaderList, targets: readonly string[] = []): HeaderList {
  const header = headerOf(headers)
  const left = new Set([...connectionOptions(header('connection')), ...unstorable(header, targets)])
  return headers.filter(([name]) => {
    const key = name.toLowerCase()
    return !left.has(key) && !NEVER.has(key) && !PREFIXES.some((prefix) => key.startsWith(prefix))
  })
}

const NEVER = new Set([
  // Of the connection.
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Of one request, or one client.
  'set-cookie',
  'server-timing',
  'x-request-id',
  'x-correlation-id',
  'traceparent',
  'tracestate',
  'traceresponse',
  // Of one answer.
  'age',
  'cache-status',
])
/** `Proxy-*` are of the connection to a proxy, the others of one client. */
const PREFIXES = ['proxy-', 'ratelimit', 'x-ratelimit-', 'x-rate-limit-']

function connectionOptions(connection: string | undefined): readonly string[] {
  return (connection ?? '').split(',').map((option) => option.trim().toLowerCase())
}

function unstorable(header: (name: string) => string | undefined, targets: readonly string[]): readonly string[] {
  const { directives }: { directives: Directives } = responseDirectives(header, targets)
  return [...listedFields(directives, 'no-cache'), ...listedFields(directives, 'private')]
}
