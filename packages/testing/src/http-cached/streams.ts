import { equal, ok } from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { eventually, open } from '../http/client.ts'
import { isHit, PUBLIC } from './answers.ts'
import type { CachedAnswer } from './cached-adapter.ts'
import { type CachedAdapterTest, cachedTest, type RunningCached } from './cached-test.ts'
import { type Gate, gate } from './gate.ts'

const STREAMS = ['write', 'pipe', 'web'] as const
const MIB = 1024 * 1024

export const streamTests: readonly CachedAdapterTest[] = [
  ...STREAMS.map((way) =>
    cachedTest(`the first piece is there while the handler goes on: ${way}`, async ({ start }) => {
      const rest = gate()
      const app = await start({ routes: { 'GET /': () => inTwo(way, rest) } })
      await isNotDelayed(app, rest)
      ok(isHit(await app.ask('/')))
    }),
  ),

  ...STREAMS.map((way) =>
    cachedTest(`no more is asked for than somebody reads, and nothing when nobody does: ${way}`, async ({ start }) => {
      const asked = { bytes: 0, ended: false }
      const app = await start({ routes: { 'GET /': () => endless(way, asked) } })
      const response = await open(app.port, '/')
      await once(response, 'readable')
      let before = -1
      // What lies between two looks at a client that reads nothing.
      await eventually(() => {
        const stands = asked.bytes === before
        before = asked.bytes
        return stands
      }, 'the handler to wait')
      ok(asked.bytes < 32 * MIB, `${asked.bytes} bytes`)
      response.destroy()
      await eventually(() => asked.ended, 'the end of the stream')
      // Of what was never whole, nothing is stored.
      const again = await open(app.port, '/')
      equal(app.runs('/'), 2)
      again.destroy()
    }),
  ),

  ...(['text/event-stream', 'multipart/x-mixed-replace; boundary=x'] as const).map((type) =>
    cachedTest(`what goes on as long as somebody listens is never stored: ${type}`, async ({ start }) => {
      const rest = gate()
      const app = await start({
        routes: {
          'GET /': () => ({
            headers: [
              ['content-type', type],
              ['cache-control', PUBLIC],
            ],
            body: inTwo('pipe', rest).body,
          }),
        },
      })
      const [one, two] = [await open(app.port, '/'), await open(app.port, '/')]
      rest.open()
      for (const response of [one, two]) for await (const chunk of response) ok(chunk)
      equal(app.runs('/'), 2)
    }),
  ),
]

type Stream = (typeof STREAMS)[number]

/** The first piece reaches the client before there is a second one. */
export async function isNotDelayed(app: Pick<RunningCached, 'port'>, rest: Gate): Promise<void> {
  const response = await open(app.port, '/', { headers: { host: 'app.example', 'accept-encoding': 'identity' } })
  const chunks: Buffer[] = []
  for await (const chunk of response) {
    chunks.push(Buffer.from(chunk as Uint8Array)) // no encoding is set
    rest.open()
  }
  equal(Buffer.concat(chunks).toString(), 'first last')
}

/** @param rest waited for behind the first piece. */
export function inTwo(way: Stream, rest: Gate): CachedAnswer {
  return {
    headers: [
      ['content-type', 'text/plain'],
      ['cache-control', PUBLIC],
    ],
    body: {
      way,
      pieces: (async function* () {
        yield Buffer.from('first ')
        await rest.passed
        yield Buffer.from('last')
      })(),
    },
  }
}

function endless(way: Stream, asked: { bytes: number; ended: boolean }) {
  return {
    headers: [
      ['content-type', 'application/octet-stream'],
      ['cache-control', PUBLIC],
    ],
    body: {
      way,
      pieces: (async function* () {
        try {
          for (;;) {
            asked.bytes += 64 * 1024
            yield Buffer.alloc(64 * 1024)
          }
        } finally {
          asked.ended = true
        }
      })(),
    },
  } as const
}
