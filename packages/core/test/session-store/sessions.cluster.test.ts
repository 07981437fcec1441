import { setTimeout } from 'node:timers/promises'
import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { describeSessionStore } from '@redstart/testing/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import type { SessionStore } from '../../src/session/session-store.ts'
import { documentedRights } from '../redis/rights.ts'
import { committing, HOUR, load, make, newContext, ofUser, rotating, TIMEOUT, word } from './open-sessions.ts'

const password = 'p@ss/w:rd'
const { always, cluster: ofCluster, sessions } = documentedRights('*-*')

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ password })
  for (let node = 0; node < 3; node += 1)
    await cluster.command(node, 'ACL', 'SETUSER', 'least', 'on', `>${password}`, ...always, ...ofCluster, ...sessions)
})
afterAll(async () => await cluster.stop())

function url(): string {
  const places = cluster.nodes.map(({ host, port }) => `${host}:${port}`)
  return `redis+cluster://least:${encodeURIComponent(password)}@${places.join(',')}`
}

describeSessionStore('a Redis Cluster, as a user with just enough rights', async (options) => ({
  backend: redis({ url: url(), ...options }),
  // Redis's reply has the seconds first.
  now: async () => Number(((await cluster.command(0, 'TIME')) as string[])[0]) * 1000,
  dispose: async () => {},
}))

it('all masters had a part in it', async () => {
  const store = redis(url()).sessions?.(newContext(), { namespace: 'web' }) ?? expect.fail('Redis keeps no sessions')
  // Those of the suite alone might leave one of the masters out.
  const admitted = Array.from({ length: 60 }, () => store.admit({ client: word(), limit: 1, window: 1000 }, TIMEOUT))
  expect(await Promise.all(admitted)).not.toContain(false)
  await store.close()
  for (let node = 0; node < 3; node += 1) {
    const used = String(await cluster.command(node, 'INFO', 'commandstats'))
    for (const command of ['evalsha', 'publish', 'zadd', 'rpush']) expect(used).toContain(`cmdstat_${command}:`)
  }
})

describe('a slot that moves', () => {
  const open = (app: string): SessionStore =>
    redis(url()).sessions?.(newContext(app), { namespace: 'web' }) ?? expect.fail('Redis keeps no sessions')

  it('takes its sessions along, which are used on the way as well', async () => {
    const store = open('moving-sessions')
    const address = ofUser()
    const made = await make(store, { address })
    const slot = cluster.slotOf(`moving-sessions:web:{${address.tag}}:u`)
    const from = await cluster.ownerOf(slot)
    await cluster.moveSlot(slot, (from + 1) % 3, async () => {
      expect(await load(store, made, { touchAfter: 0 })).toMatchObject({ kind: 'loaded', noted: true })
      expect(await store.commit(committing(made), TIMEOUT)).toMatchObject({ kind: 'committed' })
      const next = word()
      await store.rotate(rotating(made, next), TIMEOUT)
      expect(await load(store, { ...made, verifier: next })).toMatchObject({ kind: 'loaded', promoted: true })
    })
    expect(await load(store, made)).toMatchObject({ kind: 'loaded', secret: 'previous' })
    const durability = { replicas: 1, within: 20 }
    expect(await store.revoke({ addresses: [address], durability }, TIMEOUT)).toMatchObject({
      sids: [address.sid],
      replicas: 0,
    })
    expect(await load(store, made)).toMatchObject({ kind: 'missing' })
    await store.close()
  })

  it('takes a log-in that comes while it moves', async () => {
    const store = open('moving-log-in')
    const address = ofUser()
    await make(store, { address })
    const slot = cluster.slotOf(`moving-log-in:web:{${address.tag}}:u`)
    const from = await cluster.ownerOf(slot)
    let created: Promise<unknown> | undefined
    await cluster.moveSlot(slot, (from + 1) % 3, async () => {
      created = make(store, { address: ofUser(address.tag), idle: HOUR })
      await setTimeout(50)
    })
    await created
    expect(await store.list(address.tag, TIMEOUT)).toHaveLength(2)
    await store.close()
  })
})
