import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRedstart, type Duration } from '@redstart/core'
import express, { type Request, type Response } from 'express'
import { beforeAll, expect, test } from 'vitest'
import { cacheFor, cacheResponse, session } from '../src/index.ts'

const page = readFileSync(new URL('../../../docs/response-cache.md', import.meta.url), 'utf8')

/** The table of what is stored: a row is what the page says of an answer in both modes, and the reasons that it names. */
const rows = page
  .split('## What is cached')[1]
  ?.split('\n\n')
  .find((part) => part.startsWith('| The answer |'))
  ?.split('\n')
  .slice(2)
  .map((line) => line.split(/ *(?<!\\)\| */).slice(1, 5))

/** Answers, each as what its handler does. */
type Answer = (request: Request, response: Response) => unknown

const saying =
  (headers: Readonly<Record<string, string>>, status = 200): Answer =>
  (_request, response) =>
    response.status(status).set(headers).send('a page')
const FRESH = { 'Cache-Control': 'max-age=60' }
const silent = (status: number): Answer => saying({}, status)
const fresh = (status: number): Answer => saying(FRESH, status)
const noted =
  (control: string | undefined, lifetime: { readonly ttl: Duration } | false, status = 200): Answer =>
  (request, response) => {
    cacheFor(request, lifetime)
    if (control !== undefined) response.set('Cache-Control', control)
    response.status(status).send('a page')
  }
const later = (): string => new Date(Date.now() + 60_000).toUTCString()
const MINUTE: { readonly ttl: Duration } = { ttl: '1m' }

/** By the first cell of a row: answers that it says the same of. */
const ANSWERS: Readonly<Record<string, readonly Answer[]>> = {
  'says nothing': [silent(200)],
  '`max-age=60`, `s-maxage=60`, `Expires`': [
    fresh(200),
    saying({ 'Cache-Control': 's-maxage=60' }),
    (request, response) => saying({ Expires: later() })(request, response),
  ],
  '`max-age=0`, `no-cache`': [saying({ 'Cache-Control': 'max-age=0' }), saying({ 'Cache-Control': 'no-cache' })],
  '`no-store`, `private`': ['no-store', 'private', 'private, max-age=60'].map((said) =>
    saying({ 'Cache-Control': said }),
  ),
  '`cacheFor(req, { ttl })`': [noted(undefined, MINUTE), noted('no-cache', MINUTE), noted(undefined, MINUTE, 302)],
  '`cacheFor(req, { ttl })` beside `no-store` or `private`': [noted('no-store', MINUTE), noted('private', MINUTE)],
  '`cacheFor(req, false)`': [noted('max-age=60', false)],
  '`CDN-Cache-Control: max-age=60`, whatever `Cache-Control` says': [
    saying({ 'CDN-Cache-Control': 'max-age=60', 'Cache-Control': 'no-store' }),
  ],
  'sets a cookie': [saying({ ...FRESH, 'Set-Cookie': 'a=1' })],
  'its handler looked at the session': [
    (request, response) => {
      void request.session.userId
      fresh(200)(request, response)
    },
  ],
  '`Vary: *`': [saying({ ...FRESH, Vary: '*' })],
  '`Vary: Cookie`': [saying({ ...FRESH, Vary: 'Cookie' })],
  '200, 203, 204, 300, 301, 308': [200, 203, 204, 300, 301, 308].map(fresh),
  '404, 410 that say nothing': [silent(404), silent(410)],
  '302, 303, 307, 405, 414, 500 to 504': [302, 303, 307, 405, 414, 500, 501, 502, 503, 504].flatMap((status) => [
    silent(status),
    fresh(status),
  ]),
  '206, 304, 401, 403 and others': [206, 304, 401, 403, 418].map(fresh),
  '`text/event-stream`, trailers': [
    saying({ ...FRESH, 'Content-Type': 'text/event-stream' }),
    (_request, response) => void response.set({ ...FRESH, Trailer: 'x-sum' }).write('a', () => response.end()),
  ],
  'has more than 64 tags, or one in `Cache-Tag` or its like that is longer than 256 characters': [
    saying({ ...FRESH, 'Cache-Tag': 'x'.repeat(257) }),
    saying({ ...FRESH, 'Surrogate-Key': Array.from({ length: 65 }, (_, n) => `tag-${n}`).join(' ') }),
  ],
  'larger than `maxBodyBytes` (1 MiB)': [(_request, response) => response.set(FRESH).send('x'.repeat(1024 * 1024 + 1))],
  'HTML or JSON under a path like `/account/photo.css`': [fresh(200)],
  'breaks off, or is not as long as its `Content-Length`': [
    (_request, response) =>
      void response.set({ ...FRESH, 'Content-Length': '100' }).write('a', () => response.destroy()),
  ],
}

/** What `Cache-Status` says the second time that each answer is asked for, by rows and modes. */
let seen: { readonly explicit: Seen; readonly ttl: Seen }
type Seen = Readonly<Record<string, readonly string[]>>

beforeAll(async () => {
  const [explicit, ttl] = await Promise.all([seenTwice({}), seenTwice({ ttl: '1m' })])
  seen = { explicit, ttl }
}, 60_000)

test('the page has a row for each kind of answer that is tested, and no other', () => {
  expect(rows?.map(([what]) => what)).toEqual(Object.keys(ANSWERS))
})

test.each(rows ?? [])('%s: in mode explicit %s, in mode ttl %s; %s', (what = '', explicit = '', ttl = '', why = '') => {
  const answers = ANSWERS[what] ?? []
  expect(seen.explicit[what]).toEqual(answers.map((_, n) => expectedOf(explicit, n, why)))
  expect(seen.ttl[what]).toEqual(answers.map((_, n) => expectedOf(ttl === 'the same' ? explicit : ttl, n, why)))
})

async function seenTwice(options: { readonly ttl?: Duration }): Promise<Seen> {
  const redstart = createRedstart()
  const app = express()
  app.set('etag', false)
  const paths = Object.entries(ANSWERS).map(([what, answers], row) => {
    const ending = what.startsWith('HTML') ? '.css' : ''
    const own = answers.map((answer, n) => {
      const path = `/${row}-${n}${ending}`
      app.get(path, cacheResponse(redstart, options), session(redstart), answer)
      return path
    })
    return [what, own] as const
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // On TCP the address is an object once it listens.
  const { port } = server.address() as AddressInfo
  const second = async (path: string): Promise<string> => {
    await statusOf(`http://127.0.0.1:${port}${path}`)
    return await statusOf(`http://127.0.0.1:${port}${path}`)
  }
  const all: Record<string, readonly string[]> = {}
  for (const [what, own] of paths) all[what] = await Promise.all(own.map(second))
  server.closeAllConnections()
  server.close()
  await redstart.close()
  return all
}

async function statusOf(url: string): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'manual' })
    await response.arrayBuffer()
    return response.headers.get('cache-status') ?? ''
  } catch {
    return 'broken'
  }
}

/** @param n which one of the answers of a row: where it depends, those that say nothing come first. */
function expectedOf(cell: string, n: number, why: string): unknown {
  const reasons = [...why.matchAll(/`([\w-]+)`/g)].map(([, reason]) => reason)
  const refused = reasons.length === 0 ? /^broken$/ : new RegExp(`detail=(?:${reasons.join('|')})$`)
  if (cell.startsWith('if they say how long') || cell.startsWith('the same, or'))
    return expect.stringMatching(n % 2 === 0 ? refused : HIT)
  if (cell.startsWith('no')) return expect.stringMatching(refused)
  return expect.stringMatching(cell.startsWith('for 10 seconds') ? /; hit; ttl=(?:\d|10)$/ : HIT)
}

const HIT = /; hit; ttl=[1-6]\d$/
