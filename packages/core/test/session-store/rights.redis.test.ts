import { setTimeout } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { describeSessionStore } from '@redstart/testing/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { RedstartError } from '../../src/errors.ts'
import type { SessionStore } from '../../src/session/session-store.ts'
import { documentedRights } from '../redis/rights.ts'
import {
  committing,
  HOUR,
  load,
  make,
  newContext,
  ofUser,
  openSessions,
  rotating,
  sealed,
  TIMEOUT,
  word,
} from './open-sessions.ts'

const { always, sessions } = documentedRights('*-*')
const password = 'se:cr@et'
const connection = (username: string): { url: string; username: string; password: string } => ({
  url: server.url,
  username,
  password,
})

let server: RedisServer
beforeAll(async () => {
  server = await startRedis({
    users: ['user default off', `user least >${password} ${[...always, ...sessions].join(' ')}`],
  })
})
afterAll(async () => await server.stop())

describeSessionStore('Redis, as a user with just enough rights', async (options) => ({
  backend: redis({ ...connection('least'), ...options }),
  // Redis's reply has the seconds first.
  now: async () => Number(((await server.command('TIME')) as string[])[0]) * 1000,
  dispose: async () => {},
}))

describe('a user with just enough rights', () => {
  it.each(sessions)('needs %s', async (right) => {
    const username = `without-${right.slice(1)}`
    await server.command('ACL', 'SETUSER', username, 'on', `>${password}`, ...always, ...sessions, `-${right.slice(1)}`)
    const { store } = openSessions(connection(username), newContext(`rights-${username}`))
    expect(await everything(store).catch((error: unknown) => RedstartError.is(error) && error.code)).not.toBe('done')
    await store.close()
  })

  it('can do everything that the others could not', async () => {
    const { store } = openSessions(connection('least'), newContext('rights-whole'))
    expect(await everything(store)).toBe('done')
    await store.close()
  })
})

/** Uses all that a store does; `done` when all of it had its effect. */
async function everything(store: SessionStore): Promise<string> {
  const tag = word()
  const limit = { max: 2, onExceed: 'evict-soonest-to-expire' } as const
  const made = await make(store, { address: ofUser(tag), fields: new Map([['b', sealed()]]), limit })
  for (let n = 0; n < 2; n += 1) await make(store, { address: ofUser(tag), idle: 2 * HOUR, limit })
  if ((await load(store, made)).kind === 'loaded') return 'nothing was evicted'
  const another = await make(store)
  await store.commit(committing(another), TIMEOUT)
  const next = word()
  await store.rotate(rotating(another, next), TIMEOUT)
  const loaded = await load(store, { ...another, verifier: next }, { touchAfter: 0 })
  if (loaded.kind !== 'loaded' || !loaded.noted || !loaded.promoted) return 'no use was noted'
  await store.end({ ...another, grace: 0 }, TIMEOUT)
  const [first] = await store.list(tag, TIMEOUT)
  const durability = { replicas: 0, within: 1 }
  await store.revoke({ addresses: [ofUser(tag, first?.sid)], durability }, TIMEOUT)
  if ((await store.revokeAll({ tag }, TIMEOUT)).sids.length !== 1) return 'nothing was revoked'
  const expires = (await store.time(TIMEOUT)) + 50
  await store.note([{ kind: 'created', sid: word(), device: 'bot', created: expires, expires }], TIMEOUT)
  for (let n = 0; n < 12; n += 1) {
    await store.admit({ client: 'client', limit: 3, window: 150 }, TIMEOUT)
    await setTimeout(20)
  }
  if ((await store.statistics({ within: HOUR }, TIMEOUT)).active !== 0) return 'one that ended is active'
  return 'done'
}
