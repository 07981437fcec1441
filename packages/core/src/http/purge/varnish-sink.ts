import { checkMembers, checkObject, invalidArgument, RedstartError } from '../../errors.ts'
import { taggedAs } from '../caching/cache-tags.ts'
import { batches, callAll, pageOf } from './calls.ts'
import { checkEndpoint } from './credentials.ts'
import { delivery, DELIVERY_OPTIONS, type DeliveryOptions, type PurgeCall } from './delivery.ts'
import type { PurgeSink } from './purge-sink.ts'

export interface VarnishSinkOptions extends DeliveryOptions {
  /** Where Varnish listens: `http://127.0.0.1:6081`. Of several, each has a sink of its own. */
  readonly url: string
  /**
   * How tags are dropped. `xkey`: by the module of that name, which Debian has in `varnish-modules`. `ban`: by Varnish
   * alone, which then looks at all that it has.
   *
   * @default 'xkey'
   */
  readonly by?: 'xkey' | 'ban'
  /** The header that tells the VCL what to drop. @default 'xkey', or 'redstart-ban' */
  readonly header?: string
  /** Headers of each request, by which the VCL knows who may purge. They are in no message. @default none */
  readonly headers?: Readonly<Record<string, string>>
}

/** Of a line of a header: Varnish takes 8 KiB (`http_req_hdr_len`). A ban of the longest tag has 4.5 KiB. */
const MOST_CHARACTERS = 6000

/**
 * Purges Varnish: tags that `tagHeaders: ['surrogate-key']` tells, and URLs.
 *
 * All of it comes as `PURGE`. Of tags, `xkey` has the keys, with spaces between; with `by: 'ban'`, `redstart-ban` has a
 * regular expression for the header that told them. Of a page it has its path, and its host in `redstart-host`, since
 * `fetch` lets nobody set `Host`:
 *
 * ```vcl
 * vcl 4.1;
 * import xkey; # for by: 'xkey'
 * acl purgers { "127.0.0.1"; }
 * sub vcl_recv {
 *   if (req.method == "PURGE") {
 *     if (client.ip !~ purgers) { return (synth(403)); }
 *     if (req.http.xkey) {
 *       set req.http.n-gone = xkey.purge(req.http.xkey);
 *       return (synth(200));
 *     }
 *     if (req.http.redstart-ban) { # for by: 'ban'
 *       ban("obj.http.surrogate-key ~ " + req.http.redstart-ban);
 *       return (synth(200));
 *     }
 *     set req.http.host = req.http.redstart-host;
 *     return (purge);
 *   }
 * }
 * sub vcl_backend_response {
 *   set beresp.http.xkey = beresp.http.surrogate-key; # for by: 'xkey'
 * }
 * sub vcl_deliver {
 *   unset resp.http.xkey;
 *   unset resp.http.surrogate-key;
 * }
 * ```
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function varnishSink(options: VarnishSinkOptions): PurgeSink {
  checkObject('the options of varnishSink', options)
  checkMembers('the options of varnishSink', options, MEMBERS)
  const { by = 'xkey' } = options
  if (by !== 'xkey' && by !== 'ban') throw invalidArgument('by', by, "'xkey' or 'ban'")
  const base = checkEndpoint('url', options.url)
  const header = headerName(options.header ?? (by === 'ban' ? 'redstart-ban' : 'xkey'))
  const headers = checkHeaders(options.headers ?? {})
  const deliver = delivery(options, { name: 'varnishSink' })
  return async ({ tags, urls }, signal) => {
    const ofTags = by === 'ban' ? bansOf(tags) : keysOf(tags)
    const calls = ofTags.map((value): PurgeCall => {
      return { method: 'PURGE', url: `${base}/`, headers: { ...headers, [header]: value } }
    })
    const pages = urls.map((url): PurgeCall => {
      const { host, target } = pageOf(url)
      return { method: 'PURGE', url: `${base}${target}`, headers: { ...headers, 'redstart-host': host } }
    })
    await callAll([...calls, ...pages], deliver, signal)
  }
}

const MEMBERS: ReadonlySet<string> = new Set<keyof VarnishSinkOptions>([
  'url',
  'by',
  'header',
  'headers',
  ...DELIVERY_OPTIONS,
])

function keysOf(tags: readonly string[]): readonly string[] {
  const keys = tags.map((tag) => taggedAs(tag, 'xkey'))
  return batches(keys, { count: Infinity, characters: MOST_CHARACTERS }).map((batch) => batch.join(' '))
}

/** One expression for several tags: between spaces or commas, or where the header begins or ends. */
function bansOf(tags: readonly string[]): readonly string[] {
  const words = tags.map((tag) => literal(taggedAs(tag, 'surrogate-key')))
  const pieces = batches(words, { count: Infinity, characters: MOST_CHARACTERS })
  return pieces.map((batch) => String.raw`(^|[\s,])(${batch.join('|')})([\s,]|$)`)
}

/** What means itself in a regular expression, and nothing to whoever reads a ban: no quote, no space, no `&&`. */
function literal(tag: string): string {
  return tag.replaceAll(/[^\w:-]/g, (character) => {
    return String.raw`\x` + character.charCodeAt(0).toString(16).padStart(2, '0')
  })
}

function headerName(name: string): string {
  if (typeof name === 'string' && TOKEN.test(name)) return name.toLowerCase()
  throw invalidArgument('header', name, 'the name of a header')
}

function checkHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  checkObject('headers', headers)
  for (const [name, value] of Object.entries(headers))
    if (!TOKEN.test(name) || typeof value !== 'string' || !/^[ -~]*$/.test(value))
      throw new RedstartError('INVALID_ARGUMENT', 'headers has one whose name or value no header may have')
  return { ...headers }
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
