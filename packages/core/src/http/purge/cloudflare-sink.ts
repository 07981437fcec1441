import { checkMembers, checkObject, invalidArgument } from '../../errors.ts'
import { taggedAs } from '../caching/cache-tags.ts'
import { batches, callAll, pageOf } from './calls.ts'
import { checkEndpoint, checkId, checkToken } from './credentials.ts'
import { delivery, DELIVERY_OPTIONS, type DeliveryOptions, type PurgeCall } from './delivery.ts'
import type { PurgeSink } from './purge-sink.ts'

export interface CloudflareSinkOptions extends DeliveryOptions {
  readonly zoneId: string
  /** An API token with the permission to purge the cache of the zone. It is in no message. */
  readonly token: string
  /**
   * Tags, or URLs, in one call, 1 to 500: what the plan allows. A plan allows a few calls a second or, the free one, a
   * minute; where there were too many the sink waits as it is told.
   *
   * @default 100, which all plans allow
   */
  readonly batch?: number
  /** Of the API. @default 'https://api.cloudflare.com/client/v4' */
  readonly endpoint?: string
}

/**
 * Purges Cloudflare: tags that `tagHeaders: ['cache-tag']` tells, which it knows in any case of their letters, and URLs.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function cloudflareSink(options: CloudflareSinkOptions): PurgeSink {
  checkObject('the options of cloudflareSink', options)
  checkMembers('the options of cloudflareSink', options, MEMBERS)
  // developers.cloudflare.com/cache/how-to/purge-cache: operations in a request.
  const { batch = 100, endpoint = 'https://api.cloudflare.com/client/v4' } = options
  if (!Number.isInteger(batch) || batch < 1 || batch > 500) throw invalidArgument('batch', batch, '1 to 500')
  const zone = checkId('zoneId', options.zoneId)
  const url = `${checkEndpoint('endpoint', endpoint)}/zones/${zone}/purge_cache`
  const authorization = `Bearer ${checkToken('token', options.token)}`
  const headers = { authorization, 'content-type': 'application/json' }
  const deliver = delivery(options, { name: 'cloudflareSink', isDone: saysSuccess })
  const calls = (words: readonly string[], what: 'tags' | 'files'): readonly PurgeCall[] =>
    batches(words, { count: batch }).map((each) => {
      return { method: 'POST', url, headers, body: JSON.stringify({ [what]: each }) }
    })
  return async ({ tags, urls }, signal) => {
    for (const page of urls) pageOf(page)
    const told = tags.map((tag) => taggedAs(tag, 'cache-tag'))
    await callAll([...calls(told, 'tags'), ...calls(urls, 'files')], deliver, signal)
  }
}

const MEMBERS: ReadonlySet<string> = new Set<keyof CloudflareSinkOptions>([
  'zoneId',
  'token',
  'batch',
  'endpoint',
  ...DELIVERY_OPTIONS,
])

/** The API says it in its answer as well: `{ "success": true }`. */
function saysSuccess(body: string): boolean {
  try {
    const answer: unknown = JSON.parse(body)
    return typeof answer === 'object' && answer !== null && 'success' in answer && answer.success === true
  } catch {
    return false
  }
}
