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
  { age, status, name }: Served,
): Reply {
  const { stored } = answer
  const own: [string, string][] = [['age', String(Math.floor(age / 1000))]]
  if (name !== undefined) own.push(['cache-status', cacheStatus(name, status)])
  if (stored.status === 200) {
    if (notModified(exchange, answer)) return notModifiedReply(stored.headers, own)
    const { body } = stored
    const range = exchange.method === 'GET' ? selectRange(exchange, answer, body.length) : WHOLE
    if (range.kind === 'part') {
      const { start, end } = range
      const part: [string, string] = ['content-range', `bytes ${start}-${end}/${body.length}`]
      return { status: 206, headers: [...stored.headers, ...own, part], body: body.subarray(start, end + 1) }
    }
    if (range.kind === 'unsatisfiable') return unsatisfiable(body.length, own)
  }
  return { status: stored.status, headers: [...stored.headers, ...own], body: stored.body }
}

const WHOLE = { kind: 'whole' } as const

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
