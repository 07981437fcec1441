import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { isHit, PUBLIC, said } from './answers.ts'
import type { CachedAnswer, CachedBody } from './cached-adapter.ts'
import { type CachedAdapterTest, cachedTest, type Handler, type RunningCached } from './cached-test.ts'
import { noise } from './noise.ts'
import { exchangeOnWire, pipelined, type WireAnswer, type WireRequest } from './wire.ts'

/** Any file that is there: this one. */
const FILE = import.meta.filename
const MIB = 1024 * 1024

/** Bodies by the paths of their pages. */
export const BODIES: ReadonlyMap<string, Buffer> = new Map([
  ['nothing', Buffer.alloc(0)],
  ['byte', Buffer.from([0xff])],
  ['binary', noise(100_003)],
  ['text', Buffer.from('Grüße aus der Küche. '.repeat(300))],
])

export const WAYS = ['send', 'write', 'pipe', 'web'] as const
export type Way = (typeof WAYS)[number]

export const bodyTests: readonly CachedAdapterTest[] = [
  ...WAYS.map((way) =>
    cachedTest(`is whole however it was sent: ${way}`, async ({ start }) => {
      const running = await start({ routes: routesFor(way) })
      for (const [name, body] of BODIES) await isRightOnWire(running, `/${name}`, body)
    }),
  ),

  cachedTest('is whole where a file was sent', async ({ start }) => {
    const handle: Handler = () => ({ headers: [['cache-control', PUBLIC]], body: { way: 'file', path: FILE } })
    await isRightOnWire(await start({ routes: { 'GET /file': handle } }), '/file', readFileSync(FILE))
  }),

  cachedTest('is whole with 10 MB, stored or not', async ({ start }) => {
    for (const maxBodyBytes of [16 * MIB, 8 * MIB]) {
      const running = await start({ options: { maxBodyBytes }, routes: LARGE })
      for (const way of WAYS) {
        const path = `/${way}`
        const [first, second] = [await exchangeOnWire(running.port, { target: path }), await get(running, path)]
        for (const answer of [first, second]) ok(answer.body.equals(large()), `${way}: ${answer.body.length} bytes`)
        equal(running.runs(path), maxBodyBytes > large().length ? 1 : 2, `${way}: ${said(first)}, ${said(second)}`)
      }
    }
  }),

  cachedTest('is stored as long as it is not longer than it may be', async ({ start }) => {
    const running = await start({ options: { maxBodyBytes: 1000 }, routes: sized() })
    for (const way of WAYS)
      for (const [length, runs] of [
        [1000, 1],
        [1001, 2],
      ] as const) {
        const path = `/${way}/${length}`
        for (let n = 0; n < 2; n++) equal((await get(running, path)).body.length, length)
        equal(running.runs(path), runs, path)
      }
  }),
]

async function get({ port }: RunningCached, target: string, sent: Partial<WireRequest> = {}): Promise<WireAnswer> {
  return await exchangeOnWire(port, { target, ...sent })
}

/** Made, then from the cache, in every way to ask for it. */
async function isRightOnWire(running: RunningCached, path: string, body: Buffer): Promise<void> {
  const made = await get(running, path)
  isWhole(made, body, `${path}, made`)
  const hit = await get(running, path)
  ok(isHit(hit), `${path}: ${said(hit)}`)
  isWhole(hit, body, `${path}, from the cache`)
  if (running.adapter.sendsLengths !== false) equal(hit.headers['content-length'], String(body.length))
  equal(hit.headers['content-type'], made.headers['content-type'])
  ok(/^\d+$/.test(hit.headers['age'] ?? ''))
  const etag = hit.headers['etag'] ?? ''
  match(etag, /^(?:W\/)?"[^"]+"$/)
  await isSameWithoutBody(running, path, hit)
  await isPartOf(running, path, body, etag)
  const old = await get(running, path, { version: '1.0' })
  isWhole(old, body, `${path}, HTTP/1.0`)
  notEqual(old.framing, 'chunked')
  const ahead = await pipelined(running.port, [
    { target: path },
    { target: path, method: 'HEAD' },
    { target: path, headers: { 'if-none-match': etag } },
    { target: path },
  ])
  deepEqual(
    ahead.map(({ status, body: { length } }) => [status, length]),
    [
      [200, body.length],
      [200, 0],
      [304, 0],
      [200, body.length],
    ],
  )
  equal(running.runs(path), 1, path)
}

function isWhole(answer: WireAnswer, body: Buffer, what: string): void {
  equal(answer.status, 200, what)
  ok(answer.body.equals(body), `${what}: ${answer.body.length} bytes of ${body.length}`)
}

/** HEAD says what GET does, and 304 what it must (RFC 9110 9.3.2, 15.4.5). */
async function isSameWithoutBody(running: RunningCached, path: string, hit: WireAnswer): Promise<void> {
  const head = await get(running, path, { method: 'HEAD' })
  equal(head.status, 200)
  const lengths = running.adapter.sendsLengths === false ? [] : ['content-length']
  for (const name of [...lengths, 'content-type', 'etag', 'cache-control', 'vary'])
    equal(head.headers[name], hit.headers[name], name)
  const etag = hit.headers['etag'] ?? ''
  for (const list of [etag, `"other", ${etag}`, '*', etag.replace('W/', '')]) {
    const same = await get(running, path, { headers: { 'if-none-match': list } })
    equal(same.status, 304, list)
    equal(same.headers['etag'], etag)
    equal(same.headers['cache-control'], PUBLIC)
    equal(same.headers['content-type'], undefined)
  }
  equal((await get(running, path, { headers: { 'if-none-match': '"other"' } })).status, 200)
}

async function isPartOf(running: RunningCached, path: string, body: Buffer, etag: string): Promise<void> {
  if (body.length < 2) return
  const last = body.length - 1
  for (const [range, start, end] of [
    ['bytes=0-0', 0, 0],
    ['bytes=5-99', 5, 99],
    [`bytes=${last}-`, last, last],
    ['bytes=-10', last - 9, last],
    [`bytes=10-${body.length * 2}`, 10, last],
  ] as const) {
    const part = await get(running, path, { headers: { range } })
    equal(part.status, 206, range)
    equal(part.headers['content-range'], `bytes ${start}-${end}/${body.length}`)
    ok(part.body.equals(body.subarray(start, end + 1)), range)
  }
  equal((await get(running, path, { headers: { range: `bytes=${body.length}-` } })).status, 416)
  // Of several, or where it has changed, or in a unit that nobody knows, all of it.
  for (const headers of [
    { range: 'bytes=0-1,4-5' },
    { range: 'lines=0-1' },
    { range: 'bytes=0-1', 'if-range': '"other"' },
  ])
    isWhole(await get(running, path, { headers }), body, JSON.stringify(headers))
  const right = await get(running, path, { headers: { range: 'bytes=0-1', 'if-range': etag } })
  // A weak validator is none for parts (RFC 9110 13.1.5).
  equal(right.status, etag.startsWith('W/') ? 200 : 206)
}

/** @param pieces so many, as even as they can be. */
export function bodyBy(way: Way, bytes: Buffer, pieces = 7): CachedBody {
  if (way === 'send') return { way, bytes }
  const size = Math.max(1, Math.ceil(bytes.length / pieces))
  const parts: Buffer[] = []
  for (let from = 0; from < bytes.length; from += size) parts.push(bytes.subarray(from, from + size))
  return { way, pieces: parts }
}

function routesFor(way: Way): Readonly<Record<string, Handler>> {
  return Object.fromEntries(
    [...BODIES].map(([name, bytes]) => [`GET /${name}`, () => answerOf(bodyBy(way, bytes))] as const),
  )
}

function answerOf(body: CachedBody): CachedAnswer {
  return {
    headers: [
      ['content-type', 'application/octet-stream'],
      ['cache-control', PUBLIC],
    ],
    body,
  }
}

let largeBody: Buffer | undefined
/** Made when it is asked for. */
function large(): Buffer {
  return (largeBody ??= noise(10_000_000))
}

const LARGE: Readonly<Record<string, Handler>> = Object.fromEntries(
  WAYS.map((way) => [`GET /${way}`, () => answerOf(bodyBy(way, large(), 160))] as const),
)

function sized(): Readonly<Record<string, Handler>> {
  return Object.fromEntries(
    WAYS.flatMap((way) =>
      [1000, 1001].map((length) => [`GET /${way}/${length}`, () => answerOf(bodyBy(way, noise(length)))] as const),
    ),
  )
}
