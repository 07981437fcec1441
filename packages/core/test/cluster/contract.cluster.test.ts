import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { describeCacheStore } from '@redstart/testing/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { documentedRights } from '../redis/rights.ts'
import { openStore } from '../redis/server.ts'

const password = 'p@ss/w:rd'
const { always, cluster: ofCluster, tracking } = documentedRights('*-*')

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ password })
  await allow('least', [...always, ...ofCluster, ...tracking])
})
afterAll(async () => await cluster.stop())

async function allow(username: string, rights: readonly string[]): Promise<void> {
  for (let node = 0; node < 3; node += 1)
    await cluster.command(node, 'ACL', 'SETUSER', username, `>${password}`, ...rights)
}

/** One URL of all nodes. */
function urlFor(username: string): string {
  const places = cluster.nodes.map(({ host, port }) => `${host}:${port}`)
  return `redis+cluster://${username}:${encodeURIComponent(password)}@${places.join(',')}`
}

describeCacheStore('a Redis Cluster, as a user with just enough rights', async (options) => ({
  backend: redis({ url: urlFor('least'), ...options }),
  // Redis's reply has the seconds first.
  now: async () => Number(((await cluster.command(0, 'TIME')) as string[])[0]) * 1000,
  async foreign(app, path, bytes) {
    const key = `${app}:${path}`
    const owner = await cluster.ownerOf(cluster.slotOf(key))
    return await (bytes ? cluster.command(owner, 'SET', key, bytes) : cluster.command(owner, 'DEL', key))
  },
  dispose: async () => {},
}))

it('all masters had a part in it', async () => {
  for (let node = 0; node < 3; node += 1) {
    const used = String(await cluster.command(node, 'INFO', 'commandstats'))
    // Of each many, spread by random names; deleted entries are too few for every master to be sure of one.
    for (const command of ['get', 'evalsha', 'hmget', 'publish']) expect(used).toContain(`cmdstat_${command}:`)
  }
})

describe('a user with just enough rights', () => {
  it.each(ofCluster)('needs %s in a Cluster', async (right) => {
    const username = `without-${right.slice(1)}`
    await allow(username, [...always, ...ofCluster, `-${right.slice(1)}`])
    const { store, app } = openStore(urlFor(username), `cluster-${right.slice(1).replace('|', '-')}`)
    const slot = cluster.slotOf(`${app}:n:k`)
    const owner = await cluster.ownerOf(slot)
    let code = 'answered'
    await cluster.moveSlot(slot, (owner + 1) % 3, async () => {
      await store.read({ keys: ['n:k'] }, 2000).catch((error: { code: string }) => {
        code = error.code
      })
    })
    expect(code).toMatch(/^STORE_(UNAVAILABLE|FAILED)$/)
    await store.close()
  })
})
