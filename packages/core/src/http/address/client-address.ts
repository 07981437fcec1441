import { LRUCache } from 'lru-cache'
import { checkMembers, invalidArgument } from '../../errors.ts'
import type { HttpExchange } from '../exchange.ts'
import { AddressSet, type Network } from './address-set.ts'
import { type ForwardedHeader, ForwardedList, parseForwardedIp } from './forwarded.ts'
import { formatIp, parseIp } from './ip-address.ts'

/** That many proxies stand in front, one behind the other, and nobody can go around them. */
export interface TrustedHops {
  /** 0 for none: the client is whoever has connected. */
  readonly hops: number
  /** The header that the proxies add their client to; the other one is not looked at. @default 'x-forwarded-for' */
  readonly in?: ForwardedHeader
}

/** Proxies are known by their addresses; the client is the first one, from here, that is none of them. */
export interface TrustedProxies {
  readonly proxies: readonly Network[]
  /** The header that the proxies add their client to; the other one is not looked at. @default 'x-forwarded-for' */
  readonly in?: ForwardedHeader
}

/** Proxies that write the client's address, and nothing else, to a header: `cf-connecting-ip`, `true-client-ip`. */
export interface TrustedHeader {
  readonly header: string
  /** Who is believed; the client of anybody else is itself. */
  readonly from: readonly Network[]
}

/**
 * How the address of a client is found. There is no default: what is right behind a proxy lets anybody be anybody without
 * one, and what is right without a proxy makes all clients one behind it. `'framework'` is what the web framework was told:
 * `trust proxy` of Express, `trustProxy` of Fastify, `proxy` of Koa, `address` and `proxies` of the middleware for Hono.
 */
export type AddressModel = 'framework' | TrustedHops | TrustedProxies | TrustedHeader

/** The client's address, in one form for each address; or that none was told, or nothing that could be read as one. */
export type ClientAddress =
  | { readonly found: true; readonly address: string }
  | { readonly found: false; readonly reason: 'missing' | 'unreadable' }

/** What of a request is looked at. */
export type AddressSource = Pick<HttpExchange, 'address' | 'peer' | 'header'>

/**
 * Makes what finds the address of clients. It never throws, whatever a request says, and takes nothing that a client could
 * have written where the model is true.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a model that is none, or that would trust everybody.
 */
export function clientAddress(model: AddressModel): (sender: AddressSource) => ClientAddress {
  if (model === 'framework') return ({ address }) => asFound(address)
  if (typeof model === 'object' && model !== null) {
    if ('hops' in model) return behindHops(model)
    if ('proxies' in model) return behindProxies(model)
    if ('header' in model) return inHeader(model)
  }
  throw invalidArgument(
    'a model of client addresses',
    model,
    "'framework', { hops }, { proxies: [...] } or { header, from: [...] }",
  )
}

const MISSING = { found: false, reason: 'missing' } as const
const UNREADABLE = { found: false, reason: 'unreadable' } as const
/** A list that is longer than any route is not a list of proxies. */
const MOST_HOPS = 32

function behindHops(model: TrustedHops): (sender: AddressSource) => ClientAddress {
  checkMembers('{ hops }', model, new Set(['hops', 'in']))
  const { hops } = model
  const header = headerOf(model.in)
  if (!Number.isInteger(hops) || hops < 0 || hops > MOST_HOPS)
    throw invalidArgument('hops', hops, `how many proxies there are, 0 to ${MOST_HOPS}`)
  return (sender) => {
    if (hops === 0) return asFound(sender.peer)
    const list = new ForwardedList(header, sender.header(header))
    // Who came by fewer proxies, as what asks for the health of a server does, is the furthest that is told.
    let text = sender.peer
    for (let n = 0; n < hops; n++) {
      const next = list.next()
      if (next === undefined) break
      text = next
    }
    return asFound(text)
  }
}

function behindProxies(model: TrustedProxies): (sender: AddressSource) => ClientAddress {
  checkMembers('{ proxies }', model, new Set(['proxies', 'in']))
  const header = headerOf(model.in)
  const trusted = trustedSet('proxies', model.proxies)
  return (sender) => {
    const list = new ForwardedList(header, sender.header(header))
    let text = sender.peer
    for (let n = 0; n <= MOST_HOPS; n++) {
      const address = text === undefined ? undefined : parseForwardedIp(text)
      if (address === undefined || !trusted.has(address)) return asFound(text)
      const next = list.next()
      // A proxy that asks for itself.
      if (next === undefined) return asFound(text)
      text = next
    }
    return UNREADABLE
  }
}

function inHeader(model: TrustedHeader): (sender: AddressSource) => ClientAddress {
  checkMembers('{ header, from }', model, new Set(['header', 'from']))
  const { header } = model
  if (typeof header !== 'string' || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(header))
    throw invalidArgument('header', header, "the name of a header, such as 'cf-connecting-ip'")
  const name = header.toLowerCase()
  if (isList(name))
    throw invalidArgument('header', header, 'one that has a single address; of a list say { proxies } or { hops }')
  const trusted = trustedSet('from', model.from)
  return (sender) => {
    const { peer } = sender
    const address = peer === undefined ? undefined : parseForwardedIp(peer)
    return asFound(address !== undefined && trusted.has(address) ? sender.header(name)?.trim() : peer)
  }
}

function asFound(text: string | undefined): ClientAddress {
  if (text === undefined) return MISSING
  const address = plainIp(text)
  return address === undefined ? UNREADABLE : { found: true, address }
}

/** Texts other than that of an IPv4 address, and what they say. */
const known = new LRUCache<string, string>({ max: 1000 })

function plainIp(text: string): string | undefined {
  // IPv4 as a rule, which has one form alone.
  if (text.indexOf(':') === -1) return parseIp(text) && text
  const remembered = known.get(text)
  if (remembered !== undefined) return remembered
  const ip = parseForwardedIp(text)
  const plain = ip && formatIp(ip)
  if (plain !== undefined) known.set(text, plain)
  return plain
}

function trustedSet(what: string, networks: readonly Network[]): AddressSet {
  const set = new AddressSet(what, networks)
  if (set.hasAll)
    throw invalidArgument(
      what,
      networks,
      'networks that proxies are in: of all addresses, any client could be any other',
    )
  return set
}

function headerOf(header: ForwardedHeader = 'x-forwarded-for'): ForwardedHeader {
  if (isList(header)) return header
  throw invalidArgument('in', header, "'x-forwarded-for' or 'forwarded'")
}

function isList(header: string): header is ForwardedHeader {
  return header === 'x-forwarded-for' || header === 'forwarded'
}
