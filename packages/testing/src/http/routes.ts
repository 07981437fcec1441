import { Buffer } from 'node:buffer'
import { createHash, randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { HeaderOf, HttpAnswer, HttpRoute, Visitor } from './adapter.ts'

/** What the handlers of one app did, and what they wait for. */
export interface Doings {
  /** Bytes that the stream gave so far. */
  streamed: number
  /** The stream was read to its end, or left. */
  streamEnded: boolean
  /** Routes that were handled. */
  readonly handled: string[]
  /** Waits for the second event to be let go. */
  secondEvent(): Promise<void>
}

export const STREAM_BYTES: number = 5 * 1024 * 1024
/** Any file that is there: this one. */
export const FILE: string = fileURLToPath(import.meta.url)

/** Of any body: what tells one from another. */
export function hashOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex')
}

/** What `/stream` and `/text` send. */
export function streamHash(): string {
  return hashOf(STREAM)
}

/** What `/megabyte` sends. */
export function megabyteHash(): string {
  return hashOf(STREAM.subarray(0, MEGABYTE))
}

/** @param doings of the handlers, told as they go. */
export function routesOf(doings: Doings): readonly HttpRoute[] {
  return Object.entries(handlersOf(doings)).map(([route, handle]) => {
    const [method, path = ''] = route.split(' ')
    return {
      method: method === 'POST' ? 'POST' : 'GET',
      path,
      handle: async (visitor, body, header) => {
        doings.handled.push(path)
        return await handle(visitor, body, header)
      },
    }
  })
}

type Handler = (visitor: Visitor, body: string, header: HeaderOf) => HttpAnswer | Promise<HttpAnswer>

function handlersOf(doings: Doings): Readonly<Record<string, Handler>> {
  return {
    'GET /json': ({ name }) => ({ kind: 'json', value: { name }, headers: [['x-handler', 'json']] }),
    'GET /facts': ({ facts }) => ({ kind: 'json', value: facts }),
    'GET /conditions': (_visitor, _body, header) => ({
      kind: 'json',
      value: { match: header('if-none-match') ?? null, range: header('range') ?? null },
    }),
    'GET /limited': () => ({ kind: 'json', value: 'never' }),
    'GET /redirect': (visitor) => {
      visitor.note = 'redirected'
      return { kind: 'redirect', to: '/json' }
    },
    'GET /cookies': () => ({
      kind: 'json',
      value: 0,
      headers: [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    }),
    'GET /empty': () => ({ kind: 'empty', status: 204 }),
    'GET /unchanged': () => ({ kind: 'empty', status: 304, headers: [['etag', '"1"']] }),
    'GET /file': () => ({ kind: 'file', path: FILE }),
    'GET /slow': async (visitor) => {
      const { name } = visitor
      await setTimeout(randomInt(10))
      visitor.note = `of ${name}`
      return { kind: 'json', value: { name: visitor.name } }
    },
    'POST /echo': (_visitor, body) => ({ kind: 'json', value: body }),
    ...failingHandlers(),
    ...streamingHandlers(doings),
  }
}

function failingHandlers(): Readonly<Record<string, Handler>> {
  const type = 'application/octet-stream'
  return {
    'GET /throws': () => {
      throw new Error('before the head')
    },
    'GET /torn': () => ({ kind: 'torn', type, first: Buffer.from('begun'), error: new Error('after the head') }),
    'GET /breaks': () => ({ kind: 'stream', type, body: breaking() }),
    'GET /short': () => ({
      kind: 'stream',
      // Nobody compresses these, or takes the length away.
      type: 'image/png',
      headers: [['content-length', '100']],
      body: one(Buffer.alloc(60)),
    }),
  }
}

function streamingHandlers(doings: Doings): Readonly<Record<string, Handler>> {
  return {
    'GET /stream': () => ({ kind: 'stream', type: 'application/octet-stream', body: watched(streamed(), doings) }),
    'GET /text': () => ({ kind: 'stream', type: 'text/plain', body: watched(streamed(), doings) }),
    'GET /megabyte': () => ({ kind: 'stream', type: 'text/plain', body: watched(streamed(MEGABYTE), doings) }),
    'GET /endless': () => ({ kind: 'stream', type: 'application/octet-stream', body: watched(endless(), doings) }),
    'GET /events': () => ({
      kind: 'stream',
      type: 'text/event-stream',
      // Middleware that compresses gathers small pieces, unless it is told to leave them.
      headers: [['cache-control', 'no-store, no-transform']],
      body: events(doings),
    }),
  }
}

/** Middleware that compresses makes nothing less of it; the same in all processes. */
const STREAM = noise(STREAM_BYTES)
const PIECE = 16 * 1024
const MEGABYTE = 1024 * 1024

/** By xorshift32 (Marsaglia, 2003). */
function noise(length: number): Uint8Array {
  const words = new Uint32Array(length / 4)
  let word = 2463534242
  for (let n = 0; n < words.length; n++) {
    word ^= word << 13
    word ^= word >>> 17
    word ^= word << 5
    words[n] = word
  }
  return new Uint8Array(words.buffer)
}

function* pieces(bytes = STREAM_BYTES): Generator<Uint8Array> {
  for (let from = 0; from < bytes; from += PIECE) yield STREAM.subarray(from, from + PIECE)
}

async function* streamed(bytes?: number): AsyncGenerator<Uint8Array> {
  yield* pieces(bytes)
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield* pieces()
}

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(PIECE)
  // The head and this piece are on their way by then.
  await setTimeout(50)
  throw new Error('late in a stream')
}

async function* one(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece
}

async function* events(doings: Doings): AsyncGenerator<Uint8Array> {
  yield Buffer.from('data: first\n\n')
  await doings.secondEvent()
  yield Buffer.from('data: second\n\n')
}

async function* watched(body: AsyncIterable<Uint8Array>, doings: Doings): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      doings.streamed += chunk.length
      yield chunk
    }
  } finally {
    doings.streamEnded = true
  }
}
