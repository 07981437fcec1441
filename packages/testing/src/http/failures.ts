import { deepEqual, doesNotMatch, equal, rejects } from 'node:assert/strict'
import { isTold } from './answers.ts'
import { eventually, objectIn, type Received } from './client.ts'
import { type HttpAdapterTest, httpTest, type RunningApp } from './http-test.ts'
import { type Captured, SECRET } from './policies.ts'

export const failureTests: readonly HttpAdapterTest[] = [
  httpTest('an error before the head is the framework to answer', async ({ ask, adapter }) => {
    const answer = await ask('/throws')
    equal(answer.status, 500)
    if (adapter.settlesErrors) isTold(answer, '500 -')
  }),

  httpTest(
    'an error after the head breaks the connection and aborts the capture',
    async (app) => await isBroken(app, '/torn'),
  ),

  httpTest('an error late in a stream does so, too', async (app) => await isBroken(app, '/breaks')),

  httpTest('an app goes on after all of that', async (app) => {
    for (const path of ['/throws', '/torn', '/breaks', '/json?settle=reject']) await app.ask(path).catch(() => {})
    isTold(await app.ask('/json'), '200 json')
  }),

  httpTest('a policy that fails makes the answer a 500, with nothing of the handler', async (app) => {
    for (const path of PATHS) await isReplacedBy500(app, path)
  }),

  httpTest('a policy whose store fails makes it a 503', async ({ ask }) => {
    const answer = await ask('/json?settle=unavailable')
    equal(answer.status, 503)
    equal(answer.headers['retry-after'], '1')
    deepEqual(objectIn(answer.body), {
      title: 'Service Unavailable',
      status: 503,
      code: 'STORE_UNAVAILABLE',
    })
    saysNothing(answer)
  }),

  httpTest('a policy may put another answer in the place of the handler', async ({ ask, doings, captured }) => {
    for (const path of PATHS) {
      const answer = await ask(`${path}?settle=replace`)
      equal(answer.status, 503)
      equal(answer.body.toString(), 'come back later')
      equal(answer.headers['x-replaced'], 'yes')
      deepEqual(answer.cookies, ['seen=replaced; Path=/'])
      saysNothing(answer)
    }
    await eventually(() => doings.streamEnded, 'the end of the stream')
    for (const { outcome, calls } of captured) deepEqual([outcome, calls], ['aborted', 1])
  }),
]

const PATHS = ['/json', '/cookies', '/redirect', '/file', '/empty', '/stream']

async function isReplacedBy500({ ask }: RunningApp, path: string): Promise<void> {
  const answer = await ask(`${path}?settle=reject`)
  equal(answer.status, 500, path)
  equal(answer.headers['content-type'], 'application/problem+json')
  deepEqual(objectIn(answer.body), { title: 'Internal Server Error', status: 500 })
  deepEqual(answer.cookies, [])
  saysNothing(answer)
}

/** Nothing that the handler set, and nothing of the error. */
function saysNothing({ headers, body }: Received): void {
  for (const name of ['x-handler', 'location', 'etag', 'x-visitor', 'last-modified'])
    equal(headers[name], undefined, name)
  doesNotMatch(JSON.stringify(headers) + body.toString(), new RegExp(SECRET))
}

async function isBroken({ ask, captured }: RunningApp, path: string): Promise<void> {
  await rejects(ask(path))
  await eventually(() => captured[0]?.outcome !== undefined, 'the end of the capture')
  deepEqual([captured[0]?.outcome, captured[0]?.calls], ['aborted', 1])
}

/** Where nothing was written before the error, as compression may take its time to, it was the framework's to answer. */
export function isBrokenOff({ target, head, outcome, calls }: Captured): void {
  deepEqual([target, outcome, calls], [target, head.status === 500 ? 'finished' : 'aborted', 1])
}
