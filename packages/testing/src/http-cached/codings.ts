import { equal, match, ok } from 'node:assert/strict'
import type { Buffer } from 'node:buffer'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { isHit, PUBLIC, said } from './answers.ts'
import { BODIES, bodyBy, type Way, WAYS } from './bodies.ts'
import { type CachedAdapterTest, cachedTest, type Handler } from './cached-test.ts'
import { inTurn, type WireAnswer } from './wire.ts'

/** What clients send, and the codings that they may be answered in. */
const ACCEPTED: readonly (readonly [accepted: string | undefined, codings: readonly string[]])[] = [
  ['gzip', ['gzip']],
  ['br', ['br', 'identity']],
  ['identity', ['identity']],
  ['gzip;q=0', ['identity']],
  ['gzip;q=0, *;q=0, identity', ['identity']],
  // Anything (RFC 9110 12.5.3), and what can be relied on is none.
  [undefined, ['identity']],
  ['br;q=0.5, gzip', ['gzip', 'br', 'identity']],
]

const NAMES = ['text', 'byte', 'nothing'] as const

export const codingTests: readonly CachedAdapterTest[] = (['front', 'behind'] as const).flatMap((place) =>
  WAYS.map((way) =>
    cachedTest(
      `compression ${place === 'front' ? 'in front of' : 'behind'} the cache, ${way}`,
      async ({ adapter, start }) => {
        const isSeen = adapter.uncompressed?.includes(way) !== true
        const isBehind = place === 'behind' && adapter.compressesAll !== true
        const { port } = await start({ compression: place, routes: routesFor(way) })
        // Each time another one is the first to ask.
        for (let first = 0; first < ACCEPTED.length; first++)
          for (const name of NAMES) await isRight(port, `/${name}/${first}`, first, { isSeen, isBehind })
      },
    ),
  ),
)

interface Compressing {
  readonly isSeen: boolean
  /** The cache has what was compressed. */
  readonly isBehind: boolean
}

async function isRight(port: number, target: string, first: number, { isSeen, isBehind }: Compressing): Promise<void> {
  const body = BODIES.get(target.split('/')[1] ?? '')
  if (body === undefined) throw new Error(`there is no ${target}`)
  const validators = new Map<string, string>()
  const order = [...ACCEPTED.slice(first), ...ACCEPTED.slice(0, first)]
  const asked = [...order, ...order]
  const answers = await inTurn(
    port,
    asked.map(([accepted]) => ({
      target,
      ...(accepted !== undefined && { headers: { 'accept-encoding': accepted } }),
    })),
  )
  for (const [n, answer] of answers.entries()) {
    const [accepted, codings = []] = asked[n] ?? []
    const what = `${target}, ${accepted ?? 'nothing said'}, ${n < order.length ? 'at first' : 'again'}`
    equal(answer.status, 200, what)
    const coding = answer.headers['content-encoding'] ?? 'identity'
    // What is so short is larger with a coding.
    const isFree = coding === 'identity' && (body.length < 2 || !isSeen)
    ok(codings.includes(coding) || isFree, `${what}: ${coding}`)
    ok(decoded(answer, coding).equals(body), `${what}: ${coding}, ${answer.body.length} bytes`)
    if (coding !== 'identity') match(answer.headers['vary'] ?? '', /accept-encoding/i, what)
    if (n >= order.length) ok(isHit(answer), `${what}: ${said(answer)}`)
    if (isBehind) isOneOf(validators, answer, coding, what)
  }
}

/** Of two codings, no two bodies have one strong validator. */
function isOneOf(validators: Map<string, string>, { headers }: WireAnswer, coding: string, what: string): void {
  const etag = headers['etag']
  if (etag === undefined || etag.startsWith('W/')) return
  equal(validators.get(etag) ?? coding, coding, `${what}: ${etag}`)
  validators.set(etag, coding)
}

function decoded({ body }: WireAnswer, coding: string): Buffer {
  if (coding === 'gzip') return gunzipSync(body)
  if (coding === 'br') return brotliDecompressSync(body)
  if (coding === 'deflate') return inflateSync(body)
  return body
}

function routesFor(way: Way): Readonly<Record<string, Handler>> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const bytes = BODIES.get(name)
      if (bytes === undefined) throw new Error(`there is no ${name}`)
      return [
        `GET /${name}/*`,
        () => ({
          headers: [
            ['content-type', 'text/plain; charset=utf-8'],
            ['cache-control', PUBLIC],
          ],
          body: bodyBy(way, bytes),
        }),
      ] as const
    }),
  )
}
