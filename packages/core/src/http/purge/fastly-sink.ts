import { checkMembers, checkObject } from '../../errors.ts'
import { taggedAs } from '../caching/cache-tags.ts'
import { batches, callAll, pageOf } from './calls.ts'
import { checkEndpoint, checkId, checkToken } from './credentials.ts'
import { delivery, DELIVERY_OPTIONS, type DeliveryOptions, type PurgeCall } from './delivery.ts'
import type { PurgeSink } from './purge-sink.ts'

export interface FastlySinkOptions extends DeliveryOptions {
  readonly serviceId: string
  /** An API token that may purge (`purge_select`). It is in no message. */
  readonly token: string
  /** Marks as stale, to be served while it is fetched anew or where that fails, in place of dropping. @default false */
  readonly soft?: boolean
  /** Of the API. @default 'https://api.fastly.com' */
  readonly endpoint?: string
}

/** Keys that one call takes (fastly.com/documentation/reference/api/purging). */
const MOST_KEYS = 256

/**
 * Purges Fastly: tags as the surrogate keys that `tagHeaders: ['surrogate-key']` tells, 256 in one call, and URLs one by one.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function fastlySink(options: FastlySinkOptions): PurgeSink {
  checkObject('the options of fastlySink', options)
  checkMembers('the options of fastlySink', options, MEMBERS)
  const { soft = false, endpoint = 'https://api.fastly.com' } = options
  const api = checkEndpoint('endpoint', endpoint)
  const service = `${api}/service/${checkId('serviceId', options.serviceId)}/purge`
  const headers: Record<string, string> = {
    'fastly-key': checkToken('token', options.token),
    accept: 'application/json',
  }
  if (soft) headers['fastly-soft-purge'] = '1'
  const deliver = delivery(options, { name: 'fastlySink' })
  return async ({ tags, urls }, signal) => {
    const keys = tags.map((tag) => taggedAs(tag, 'surrogate-key'))
    const ofTags = batches(keys, { count: MOST_KEYS }).map((batch): PurgeCall => {
      const body = JSON.stringify({ surrogate_keys: batch })
      return { method: 'POST', url: service, headers: { ...headers, 'content-type': 'application/json' }, body }
    })
    const ofUrls = urls.map((url): PurgeCall => {
      const { host, target } = pageOf(url)
      return { method: 'POST', url: `${api}/purge/${host}${target}`, headers }
    })
    await callAll([...ofTags, ...ofUrls], deliver, signal)
  }
}

const MEMBERS: ReadonlySet<string> = new Set<keyof FastlySinkOptions>([
  'serviceId',
  'token',
  'soft',
  'endpoint',
  ...DELIVERY_OPTIONS,
])
