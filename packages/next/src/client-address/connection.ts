import { RedstartError } from '@redstart/core'
import { type AddressSource, clientAddress } from '@redstart/core/http'
import { arrivalHere } from './arrivals.ts'

/** What a request says of its connection is for proxies to know; nobody is believed unasked. */
export interface ConnectionOptions {
  /**
   * How many proxies stand before Next.js, one behind the other, each of which says in `X-Forwarded-For`, `-Proto` and
   * `-Host` what it was asked. With more than there are anybody may say it.
   *
   * @default the address of who has connected, the `Host` of the request, and whether it came over TLS as Next.js sees it,
   *   which believes `X-Forwarded-Proto`: whoever writes that harms nobody else
   */
  readonly proxies?: number
}

/** What is looked at of a request. */
export interface Sender {
  /** As Next.js has it. */
  readonly url: string
  header(name: string): string | undefined
}

/** What is known of a request's connection. */
export interface Connection {
  address(sender: Sender): string | undefined
  /** Who has connected, whatever was sent; undefined where `registerClientAddress()` was not called. */
  peer(): string | undefined
  isSecure(sender: Sender): boolean
  host(sender: Sender): string | undefined
}

/** The names of the options. */
export const CONNECTION_OPTIONS: readonly string[] = ['proxies']

/**
 * Reads the options.
 *
 * @throws RedstartError `INVALID_ARGUMENT`.
 */
export function connectionOf({ proxies }: ConnectionOptions): Connection {
  if (proxies !== undefined && (!Number.isInteger(proxies) || proxies < 0))
    throw new RedstartError(
      'INVALID_ARGUMENT',
      'the option proxies is not allowed; expected how many there are, 0 or more',
    )
  const peer = (): string | undefined => arrivalHere()?.peer
  const hasTls = ({ url }: Sender): boolean => url.startsWith('https:')
  if (proxies === undefined || proxies === 0) {
    return {
      peer,
      address: peer,
      isSecure: (sender) => (proxies === 0 ? arrivalHere()?.encrypted : undefined) ?? hasTls(sender),
      host: (sender) => sender.header('host'),
    }
  }
  const find = clientAddress({ hops: proxies })
  return {
    peer,
    address: (sender) => {
      const found = find(sourceOf(sender, peer()))
      return found.found ? found.address : undefined
    },
    isSecure: (sender) => {
      const [first] = listOf(sender, 'x-forwarded-proto')
      return first === undefined ? hasTls(sender) : first === 'https'
    },
    host: (sender) => listOf(sender, 'x-forwarded-host')[0] ?? sender.header('host'),
  }
}

function sourceOf(sender: Sender, peer: string | undefined): AddressSource {
  return { address: peer, peer, header: (name) => sender.header(name) }
}

function listOf(sender: Sender, name: string): readonly string[] {
  return (sender.header(name) ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
