import { Buffer } from 'node:buffer'
import { randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { RedstartError } from '@redstart/core'
import {
  type Capture,
  cookieValues,
  type HttpExchange,
  type HttpPolicy,
  problemReply,
  type ResponseHead,
  type Settlement,
} from '@redstart/core/http'
import type { Visitor } from './adapter.ts'

/** What a policy's failure says; no client may ever read it. */
export const SECRET = 'what only the log may know'

/** Like sessions: reads a cookie, gives handlers a state, and tells in headers what became of it, after some time. */
export const visitors: HttpPolicy<Visitor> = {
  name: 'visitors',
  async decide(exchange) {
    const [name] = cookieValues(exchange.header('cookie'), 'visitor')
    await setTimeout(randomInt(3))
    return { type: 'next', state: { name, facts: factsOf(exchange), note: undefined } }
  },
  settle(exchange, visitor, head) {
    const how = new URL(exchange.target, 'http://app').searchParams.get('settle')
    if (how === 'at-once') return tell(exchange, visitor, head)
    return settleLater(exchange, visitor, head, how)
  },
}

async function settleLater(
  exchange: HttpExchange,
  visitor: Visitor,
  head: ResponseHead,
  how: string | null,
): Promise<Settlement> {
  await setTimeout(how === 'slowly' ? 100 : randomInt(4))
  if (how === 'reject') {
    exchange.setHeader('x-visitor', SECRET)
    throw new Error(SECRET)
  }
  if (how === 'unavailable') throw new RedstartError('STORE_UNAVAILABLE', SECRET)
  if (how === 'replace') {
    exchange.appendHeader('set-cookie', 'seen=replaced; Path=/')
    return { type: 'replace', reply: { status: 503, headers: [['x-replaced', 'yes']], body: 'come back later' } }
  }
  return tell(exchange, visitor, head)
}

function tell(exchange: HttpExchange, visitor: Visitor, head: ResponseHead): undefined {
  exchange.setHeader('x-visitor', visitor.name ?? 'nobody')
  exchange.setHeader('x-head', `${head.status} ${valueOf(head, 'x-handler') ?? '-'}`)
  if (visitor.note !== undefined) exchange.setHeader('x-note', visitor.note)
  exchange.appendHeader('set-cookie', `seen=${visitor.name ?? 'nobody'}; Path=/`)
}

/** Like rate limits: answers in the handler's place under /limited. */
export const limits: HttpPolicy<undefined> = {
  name: 'limits',
  async decide(exchange) {
    await setTimeout(randomInt(2))
    if (!exchange.target.startsWith('/limited')) return { type: 'next', state: undefined }
    return { type: 'reply', reply: problemReply({ status: 429, code: 'LIMITED', retryAfter: 7 }) }
  },
}

/** What one answer's capture was shown. */
export interface Captured {
  readonly target: string
  readonly head: ResponseHead
  readonly chunks: Uint8Array[]
  outcome: 'finished' | 'aborted' | undefined
  /** How often `finish` and `abort` were called. */
  calls: number
}

/** Like a response cache: captures every answer into `all`. */
export function captures(all: Captured[]): HttpPolicy<undefined> {
  return {
    name: 'captures',
    decide: () => ({ type: 'next', state: undefined }),
    settle: ({ target }, _state, head) => ({ type: 'capture', capture: captureInto(all, target, head) }),
  }
}

/** The body that was captured, without the encoding that its head names. */
export function bodyOf({ chunks, head }: Captured): Buffer {
  const whole = Buffer.concat(chunks)
  return valueOf(head, 'content-encoding') === 'gzip' && whole.length > 0 ? gunzipSync(whole) : whole
}

/** What the capture is shown of this answer is in `all` from now on. */
export function captureInto(all: Captured[], target: string, head: ResponseHead): Capture {
  const captured: Captured = {
    target,
    head: { ...head, headers: head.headers },
    chunks: [],
    outcome: undefined,
    calls: 0,
  }
  all.push(captured)
  const end = (outcome: 'finished' | 'aborted'): void => {
    captured.outcome = outcome
    captured.calls++
  }
  return {
    write: (chunk) => void captured.chunks.push(Uint8Array.from(chunk)),
    finish: () => end('finished'),
    abort: () => end('aborted'),
  }
}

function valueOf(head: ResponseHead, name: string): string | undefined {
  return head.headers.find(([one]) => one === name)?.[1]
}

function factsOf(exchange: HttpExchange): Visitor['facts'] {
  const { method, target, host, secure, address } = exchange
  return { method, target, host, secure, address, two: exchange.header('X-Two') }
}
