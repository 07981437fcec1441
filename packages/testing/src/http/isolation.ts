import { deepEqual } from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { keepAlive, objectIn } from './client.ts'
import { type HttpAdapterTest, httpTest, type RunningApp } from './http-test.ts'

const USERS = 20
const REQUESTS = 20
const CONNECTIONS = 100

export const isolationTests: readonly HttpAdapterTest[] = [
  httpTest(`${USERS} users with ${REQUESTS} requests each see only what is theirs`, async (app) => {
    const agent = keepAlive(CONNECTIONS)
    try {
      const users = Array.from({ length: USERS }, (_, n) => `user${n}`)
      await Promise.all(users.flatMap((user) => Array.from({ length: REQUESTS }, () => isOwn(app, user, agent))))
    } finally {
      agent.destroy()
    }
  }),
]

async function isOwn({ ask }: RunningApp, user: string, agent: ReturnType<typeof keepAlive>): Promise<void> {
  await setTimeout(randomInt(20))
  const { body, headers, cookies } = await ask('/slow', { headers: { cookie: `visitor=${user}` }, agent })
  deepEqual(objectIn(body), { name: user })
  deepEqual([headers['x-visitor'], headers['x-note'], cookies], [user, `of ${user}`, [`seen=${user}; Path=/`]])
}
