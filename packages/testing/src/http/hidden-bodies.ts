import { deepEqual, equal } from 'node:assert/strict'
import { eventually, open } from './client.ts'
import { type HttpAdapterTest, httpTest, type RunningApp } from './http-test.ts'
import { bodyOf, type Captured } from './policies.ts'
import { isBrokenOff } from './failures.ts'
import { hashOf, megabyteHash } from './routes.ts'

export const hiddenBodyTests: readonly HttpAdapterTest[] = [
  httpTest('a 304 leaves, and what the handler answered is captured whole', async (app) => {
    for (const path of ['/json', '/megabyte', '/megabyte?settle=slowly']) {
      const target = withMove(path, 'unchanged')
      const answer = await app.ask(target)
      deepEqual([answer.status, answer.body.length, answer.headers['etag']], [304, 0, '"kept"'])
      deepEqual([answer.headers['x-handler'], answer.headers['content-length']], [undefined, undefined])
      deepEqual([answer.headers['x-visitor'], answer.headers['x-head']], ['ada', '304 -'])
      const hidden = await hiddenOf(app, target)
      deepEqual([hidden.head.status, hidden.outcome, hidden.calls], [200, 'finished', 1])
      if (path === '/json') equal(bodyOf(hidden).toString().replaceAll(' ', ''), '{"name":"ada"}')
      else equal(hashOf(bodyOf(hidden)), megabyteHash())
    }
  }),

  httpTest('another body leaves, and so it is', async (app) => {
    for (const path of ['/json', '/megabyte', '/megabyte?settle=slowly']) {
      const target = withMove(path, 'shorter')
      const answer = await app.ask(target)
      deepEqual([answer.status, answer.body.toString()], [200, 'what is kept'])
      equal(answer.headers['content-length'], app.adapter.sendsLengths === false ? undefined : '12')
      const hidden = await hiddenOf(app, target)
      deepEqual([hidden.outcome, hidden.calls], ['finished', 1])
      if (path !== '/json') equal(hashOf(bodyOf(hidden)), megabyteHash())
      // Those that settled later have what left in its place.
      await eventually(() => whatLeft(app, target)?.outcome === 'finished', 'the capture of what left')
      const left = whatLeft(app, target)
      equal(left && bodyOf(left).toString(), 'what is kept')
    }
  }),

  httpTest('HEAD has nothing to hide', async (app) => {
    const answer = await app.ask('/json?move=unchanged', { method: 'HEAD' })
    equal(answer.status, 304)
    const hidden = await hiddenOf(app, '/json?move=unchanged')
    deepEqual([hidden.outcome, hidden.calls, hidden.chunks.length], ['finished', 1, 0])
  }),

  httpTest('a body that breaks, or is shorter than its head said, is not whole', async (app) => {
    for (const path of ['/breaks', '/torn', '/short']) {
      const target = withMove(path, 'unchanged')
      // Some servers break the connection with the handler, which the client sees or does not.
      const response = await open(app.port, target).catch(() => undefined)
      response?.on('error', () => {}).resume()
      equal(response?.statusCode ?? 304, 304)
      const hidden = await hiddenOf(app, target)
      isBrokenOff(hidden)
    }
  }),

  httpTest('a client that goes leaves the next one nothing to wait for', async (app) => {
    const response = await open(app.port, '/megabyte?move=shorter&settle=slowly')
    response.on('error', () => {}).destroy()
    await hiddenOf(app, '/megabyte?move=shorter&settle=slowly')
    const answer = await app.ask('/json?move=unchanged')
    equal(answer.status, 304)
  }),
]

function withMove(path: string, move: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}move=${move}`
}

/** The capture that was shown the handler's body: the policy that settled first, for this target. */
async function hiddenOf({ captured }: RunningApp, target: string): Promise<Captured> {
  const find = (): Captured | undefined => captured.find((one) => one.target === target)
  await eventually(() => find()?.outcome !== undefined, `the end of what ${target} hides`)
  const hidden = find()
  if (hidden === undefined) throw new Error(`Nothing was captured of ${target}`)
  return hidden
}

function whatLeft({ captured }: RunningApp, target: string): Captured | undefined {
  return captured.filter((one) => one.target === target)[1]
}
