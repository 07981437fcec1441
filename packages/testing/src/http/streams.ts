import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { eventually, open } from './client.ts'
import { type HttpAdapterTest, httpTest } from './http-test.ts'
import { bodyOf } from './policies.ts'
import { hashOf, STREAM_BYTES, streamHash } from './routes.ts'

export const streamTests: readonly HttpAdapterTest[] = [
  httpTest('a stream of 5 MiB arrives whole and is captured whole', async ({ ask, captured }) => {
    for (const path of ['/stream', '/text', '/stream?settle=at-once', '/text?settle=slowly']) {
      const answer = await ask(path)
      equal(answer.headers['x-visitor'], 'ada')
      equal(hashOf(answer.body), streamHash())
      const capture = captured.find(({ target }) => target === path)
      ok(capture)
      await eventually(() => capture.outcome !== undefined, 'the end of the capture')
      deepEqual([capture.outcome, capture.calls], ['finished', 1])
      equal(hashOf(bodyOf(capture)), streamHash())
    }
  }),

  httpTest('what a handler streams while the head is held waits for room', async ({ port, doings }) => {
    const response = await open(port, '/endless?settle=slowly')
    // A head that waited 100 ms, and a client that has read nothing of the body.
    ok(doings.streamed < STREAM_BYTES, `${doings.streamed} bytes were asked of the handler`)
    response.destroy()
    await eventually(() => doings.streamEnded, 'the end of the stream')
  }),

  httpTest('an event arrives before the next one is written', async ({ port, sendSecondEvent, captured }) => {
    const response = await open(port, '/events')
    equal(response.headers['x-visitor'], 'nobody')
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => void chunks.push(chunk))
    await eventually(() => Buffer.concat(chunks).includes('data: first\n\n'), 'the first event')
    sendSecondEvent()
    await once(response, 'end')
    equal(Buffer.concat(chunks).toString(), 'data: first\n\ndata: second\n\n')
    await eventually(() => captured[0]?.outcome === 'finished', 'the end of the capture')
  }),

  httpTest('a client that goes ends the stream and aborts the capture', async ({ port, doings, captured }) => {
    const response = await open(port, '/endless')
    await once(response, 'data')
    response.destroy()
    await eventually(() => doings.streamEnded, 'the end of the stream')
    await eventually(() => captured[0]?.outcome !== undefined, 'the end of the capture')
    deepEqual([captured[0]?.outcome, captured[0]?.calls], ['aborted', 1])
  }),

  httpTest('HEAD, 204 and 304 have nothing to capture', async ({ ask, captured }) => {
    await ask('/json', { method: 'HEAD' })
    await ask('/empty')
    await ask('/unchanged')
    equal(captured.length, 3)
    for (const capture of captured) {
      await eventually(() => capture.outcome !== undefined, 'the end of the capture')
      deepEqual([capture.chunks.length, capture.outcome, capture.calls], [0, 'finished', 1])
    }
  }),
]
