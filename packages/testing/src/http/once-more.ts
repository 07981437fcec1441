import { deepEqual, equal } from 'node:assert/strict'
import type { Agent } from 'node:http'
import { isBrokenOff } from './failures.ts'
import { eventually, keepAlive, objectIn } from './client.ts'
import { type HttpAdapterTest, httpTest, type RunningApp } from './http-test.ts'
import { bodyOf, type Captured } from './policies.ts'
import { hashOf, megabyteHash } from './routes.ts'

const STATUSES = [
  ['/megabyte', 200],
  ['/file', 200],
  ['/empty', 204],
  ['/redirect', 302],
  ['/throws', 500],
] as const

export const onceMoreTests: readonly HttpAdapterTest[] = [
  httpTest('an application answers a request once more, as it came, behind the client', async (app) => {
    const path = '/facts?a=%2Fb&a=%zz&move=again'
    const headers = { cookie: 'visitor=ada', host: 'shop.example:8443', 'x-two': ['1', '2'] }
    const { body } = await askTwice(app, path, { headers })
    const [second, first] = await capturedOf(app, path)
    deepEqual([second?.outcome, first?.outcome], ['finished', 'finished'])
    deepEqual(second && objectIn(bodyOf(second)), objectIn(body))
    deepEqual([second?.head.status, valuesOf(second, 'x-handler')], [first?.head.status, valuesOf(first, 'x-handler')])
  }),

  httpTest('it does for whatever a handler does', async (app) => {
    // A client that closes once it has all bytes that were announced may be faster than the end of a file.
    const agent = keepAlive(1)
    try {
      for (const [path, status] of STATUSES) await isAskedTwice(app, path, status, agent)
    } finally {
      agent.destroy()
    }
  }),

  httpTest('it ends where a handler breaks off', async (app) => {
    for (const path of ['/torn', '/breaks']) {
      const target = `${path}?move=again`
      await app.ask(target).catch(() => {})
      for (const each of await capturedOf(app, target)) isBrokenOff(each)
    }
    deepEqual(app.doings.handled, ['/torn', '/torn', '/breaks', '/breaks'])
  }),

  httpTest('HEAD is asked as HEAD', async (app) => {
    const answer = await app.ask('/json?move=again', { method: 'HEAD' })
    deepEqual([answer.status, answer.headers['x-asked'], answer.body.length], [200, 'again', 0])
    const [second] = await capturedOf(app, '/json?move=again')
    deepEqual([second?.outcome, second?.chunks.length], ['finished', 0])
  }),

  httpTest('of many requests at the same time each is asked for itself', async (app) => {
    const agent = keepAlive(20)
    const users = Array.from({ length: 20 }, (_, n) => `user${n}`)
    try {
      const target = (user: string): string => `/slow?of=${user}&move=again`
      await Promise.all(
        users.map(async (user) => {
          const answer = await app.ask(target(user), { headers: { cookie: `visitor=${user}` }, agent })
          deepEqual([objectIn(answer.body), answer.headers['x-asked']], [{ name: user }, 'again'])
        }),
      )
      for (const user of users) {
        const captured = await capturedOf(app, target(user))
        deepEqual(
          captured.map((one) => objectIn(bodyOf(one))),
          [{ name: user }, { name: user }],
        )
      }
      equal(app.doings.handled.length, 40)
    } finally {
      agent.destroy()
    }
  }),
]

async function isAskedTwice(app: RunningApp, path: string, status: number, agent: Agent): Promise<void> {
  const target = `${path}?move=again`
  const answer = await askTwice(app, target, { agent })
  equal(answer.status, status)
  if (path === '/throws' && !app.adapter.settlesErrors) return
  const [second, first] = await capturedOf(app, target)
  deepEqual([path, second?.outcome, first?.outcome], [path, 'finished', 'finished'])
  deepEqual([second?.head.status, first?.head.status], [status, status])
  if (path === '/megabyte') equal(second && hashOf(bodyOf(second)), megabyteHash())
}

async function askTwice(
  app: RunningApp,
  target: string,
  sent?: Parameters<RunningApp['ask']>[1],
): ReturnType<RunningApp['ask']> {
  const before = app.doings.handled.length
  const answer = await app.ask(target, sent)
  equal(answer.headers['x-asked'] ?? 'again', 'again')
  equal(app.doings.handled.length - before, 2)
  return answer
}

/** Of the second answer, which ends first, and then of the one that left. */
async function capturedOf({ captured }: RunningApp, target: string): Promise<readonly Captured[]> {
  const find = (): readonly Captured[] => captured.filter((one) => one.target === target)
  const areWhole = (): boolean => find().length === 2 && find().every(({ outcome }) => outcome !== undefined)
  await eventually(areWhole, `the captures of both answers to ${target}`)
  return find()
}

function valuesOf(captured: Captured | undefined, name: string): readonly string[] {
  return captured?.head.headers.filter(([own]) => own === name).map(([, value]) => value) ?? []
}
