import type { HttpExchange, HttpPolicy, LeavingHead, Settlement } from '@redstart/core/http'
import { captureInto, type Captured } from './policies.ts'

/**
 * What a response cache does to requests and answers, each by itself, as the query says: `?move=hide`. Of no use but to
 * see that it can be done.
 */
export function moves(all: Captured[]): HttpPolicy<undefined> {
  const asked = new WeakMap<object, Asked>()
  return {
    name: 'moves',
    async decide(exchange) {
      const move = moveOf(exchange)
      if (move === 'again' && !asked.has(exchange.request)) await askAgain(exchange, asked)
      else change(exchange, move)
      return { type: 'next', state: undefined }
    },
    settle(exchange, _state, head) {
      const move = moveOf(exchange)
      if (move === 'again') exchange.setHeader('x-asked', asked.get(exchange.request) ?? 'never')
      if (move === 'take') for (const name of ['X-Handler', 'set-cookie']) exchange.removeHeader(name)
      return replaced(exchange, move, head, all)
    },
  }
}

/** Of a request: it was asked once more; nobody can; it is that second one. */
type Asked = 'again' | 'alone' | 'second'

function moveOf({ target }: HttpExchange): string | null {
  return new URL(target, 'http://app').searchParams.get('move')
}

async function askAgain({ again, request }: HttpExchange, asked: WeakMap<object, Asked>): Promise<void> {
  await again?.((second) => void asked.set(second, 'second'))
  asked.set(request, again === undefined ? 'alone' : 'again')
}

function change(exchange: HttpExchange, move: string | null): void {
  if (move === 'hide') for (const name of CONDITIONS) exchange.setRequestHeader(name, undefined)
  else if (move === 'ask') exchange.setRequestHeader('If-None-Match', exchange.header('x-known'))
}

const CONDITIONS = ['If-None-Match', 'If-Modified-Since', 'Range', 'If-Range']

function replaced({ target }: HttpExchange, move: string | null, head: LeavingHead, all: Captured[]): Settlement {
  const reply = move === null ? undefined : REPLIES[move]
  return reply && { type: 'replace', reply, capture: captureInto(all, target, head) }
}

const REPLIES: Readonly<Record<string, Extract<Settlement, { type: 'replace' }>['reply']>> = {
  unchanged: { status: 304, headers: [['etag', '"kept"']], body: undefined },
  shorter: { status: 200, headers: [['content-type', 'text/plain']], body: 'what is kept' },
}
