import { type CacheStatus, cacheStatus } from '../caching/cache-status.ts'
import { notModified } from '../caching/conditional.ts'
import { selectRange } from '../caching/range.ts'
import type { HeaderList, HttpExchange, Reply } from '../exchange.ts'
import { problemReply } from '../problem.ts'
import type { PreparedAnswer } from './prepared.ts'

/** How an answer came to be served. */
export interface Served {
  /** How old it is, in ms. */
  readonly age: number
  readonly status: CacheStatus
  /** The cache's own name; undefined for no header. */
  readonly name: string | undefined
}

/** What a request is told of a stored answer: all of it, a range, that it has not changed, that its range is none. */
export function serve(
  exchange: Pick<HttpExchange, 'method' | 'header'>,
  answer: PreparedAnswer,
  served: Served,
): Reply {
  return serveLess(exchange, answer, served) ?? whole(answer, ownHeaders(served))
}

/**
 * The same of an answer that is fresh, for most requests what somebody else was told within the same second: then nothing is
 * made for them.
 *
 * @param name the cache's own; undefined for no header.
 */
export function serveFresh(
  exchange: Pick<HttpExchange, 'method' | 'header'>,
  answer: PreparedAnswer,
  age: number,
  name: string | undefined,
): Reply {
  const seconds = Math.floor(age / 1000)
  const ttl = Math.floor((answer.stored.fresh - age) / 1000)
  const { last } = answer
  const known = last !== undefined && last.seconds === seconds && last.ttl === ttl && last.name === name
  const asksForAll =
    exchange.header('if-none-match') === undefined &&
    exchange.header('if-modified-since') === undefined &&
    exchange.header('range') === undefined
  if (known && asksForAll) return last.reply
  const served: Served = { age, status: { hit: true, ttl }, name }
  const less = asksForAll ? undefined : serveLess(exchange, answer, served)
  if (less !== undefined) return less
  const reply = whole(answer, ownHeaders(served))
  answer.last = { seconds, ttl, name, reply }
  return reply
}

function ownHeaders({ age, status, name }: Served): HeaderList {
  const own: [string, string][] = [['age', String(Math.floor(age / 1000))]]
  if (name !== undefined) own.push(['cache-status', cacheStatus(name, status)])
  return own
}

function whole({ stored, headers, body, isPlain }: PreparedAnswer, own: HeaderList): Reply {
  return { status: stored.status, headers: [...headers, ...own], body, complete: isPlain }
}

/** Undefined for who is told all of it. */
function serveLess(
  exchange: Pick<HttpExchange, 'method' | 'header'>,
  answer: PreparedAnswer,
  served: Served,
): Reply | undefined {
  const { stored } = answer
  if (stored.status !== 200) return undefined
  if (notModified(exchange, answer)) return notModifiedReply(stored.headers, ownHeaders(served))
  if (exchange.method !== 'GET') return undefined
  const { body } = answer
  const range = selectRange(exchange, answer, body.length)
  if (range.kind === 'whole') return undefined
  if (range.kind === 'unsatisfiable') return unsatisfiable(body.length, ownHeaders(served))
  const { start, end } = range
  const part: [string, string] = ['content-range', `bytes ${start}-${end}/${body.length}`]
  const headers = [...stored.headers, ...ownHeaders(served), part]
  return { status: 206, headers, body: body.subarray(start, end + 1) }
}

/** 304: what a client may have to update, and nothing of the body that it has (RFC 9110 15.4.5). */
export function notModifiedReply(headers: HeaderList, own: HeaderList): Reply {
  return {
    status: 304,
    headers: [...headers.filter(([name]) => !OF_THE_BODY.has(name)), ...own],
    body: undefined,
  }
}

const OF_THE_BODY: ReadonlySet<string> = new Set([
  ...['content-length', 'content-encoding', 'content-type', 'content-range', 'content-language'],
  ...['transfer-encoding', 'trailer', 'connection', 'keep-alive'],
])

function unsatisfiable(length: number, own: HeaderList): Reply {
  const reply = problemReply({ status: 416, title: 'Range Not Satisfiable' })
  return { ...reply, headers: [...reply.headers, ...own, ['content-range', `bytes */${length}`]] }
}
