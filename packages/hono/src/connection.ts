import { RedstartError } from '@redstart/core'
import { clientAddress } from '@redstart/core/http'
import type { Context } from 'hono'
import { incomingOf, peerOf } from './served-request.ts'

/** What a request says of its connection is for the runtime and for proxies to know; nobody is believed unasked. */
export interface ConnectionOptions {
  /**
   * The client's address, as the runtime knows it: `addressFrom(getConnInfo)` with the `getConnInfo` of the runtime. With
   * `proxies` it is the address that the first of them tells.
   *
   * @default none: sessions name no network, and new ones are not counted by it
   */
  readonly address?: (c: Context) => string | undefined
  /**
   * How many proxies stand before the application, one behind the other, each of which says in `X-Forwarded-For`,
   * `-Proto` and `-Host` what it was asked. With more than there are anybody may say it.
   *
   * @default 0
   */
  readonly proxies?: number
}

/** What is known of a request's connection. */
export interface Connection {
  address(c: Context): string | undefined
  /** Who has connected, whatever was sent. */
  peer(c: Context): string | undefined
  isSecure(c: Context): boolean
  host(c: Context): string | undefined
}

/**
 * Reads the options.
 *
 * @throws RedstartError `INVALID_ARGUMENT`.
 */
export function connectionOf({ address: known = () => undefined, proxies = 0 }: ConnectionOptions): Connection {
  if (typeof known !== 'function') throw invalid('address', 'a function that is given the context')
  if (!Number.isInteger(proxies) || proxies < 0) throw invalid('proxies', 'how many there are, 0 or more')
  const address = (c: Context): string | undefined => peerOf(c) ?? known(c)
  if (proxies === 0) {
    return {
      address,
      peer: address,
      isSecure: (c) => c.req.raw.url.startsWith('https:'),
      host: hostOf,
    }
  }
  const find = clientAddress({ hops: proxies })
  return {
    address: (c) => {
      const peer = address(c)
      const found = find({ address: peer, peer, header: (name) => c.req.raw.headers.get(name) ?? undefined })
      return found.found ? found.address : undefined
    },
    peer: address,
    isSecure: (c) => (listOf(c, 'x-forwarded-proto')[0] ?? c.req.raw.url.split(':', 1)[0]) === 'https',
    host: (c) => listOf(c, 'x-forwarded-host')[0] ?? hostOf(c),
  }
}

/** The names of the options. */
export const CONNECTION_OPTIONS: readonly string[] = ['address', 'proxies']

/**
 * The address as the runtime knows it, for the option `address`:
 *
 * ```ts
 * import { getConnInfo } from '@hono/node-server/conninfo' // or hono/cloudflare-workers, hono/deno, hono/bun
 *
 * app.use(session(redstart, { address: addressFrom(getConnInfo) }))
 * ```
 */
export function addressFrom(
  getConnInfo: (c: Context) => { readonly remote: { readonly address?: string | undefined } },
): (c: Context) => string | undefined {
  return (c) => getConnInfo(c).remote.address
}

/** As the client wrote it; of a target in the absolute form the one there, which goes before the header (RFC 9112 3.2.2). */
function hostOf(c: Context): string | undefined {
  const { url, headers } = c.req.raw
  const incoming = incomingOf(c)
  const target: unknown = incoming !== undefined && 'url' in incoming ? incoming.url : undefined
  // The server of Node.js has made the URL of it, whatever host the header names.
  if (typeof target === 'string' && ABSOLUTE.test(target)) return new URL(url).host
  return headers.get('host') ?? undefined
}

const ABSOLUTE = /^https?:\/\//i

function listOf(c: Context, name: string): readonly string[] {
  const header = c.req.raw.headers.get(name) ?? ''
  return header
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function invalid(option: string, expected: string): RedstartError {
  return new RedstartError('INVALID_ARGUMENT', `the option ${option} is not allowed; expected ${expected}`)
}
