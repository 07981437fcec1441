import { randomBytes } from 'node:crypto'
import { type RedisCluster, startRedisCluster } from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRedstart } from '../../../src/index.ts'
import { auditStream } from '../../../src/redis/index.ts'
import { documentedAuditRights, entriesOf, filled, signInAndOut } from './trail.ts'

const password = 'secret'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster({ password })
})
afterAll(async () => await cluster.stop())

it('a trail is on the master of its slot, whichever that is', async () => {
  const redstart = createRedstart()
  for (let n = 0; n < 6; n += 1) {
    const key = `shop${randomBytes(4).toString('hex')}:audit`
    const rights = [...documentedAuditRights(key), '+ping', '+asking', '+cluster|slots']
    for (let node = 0; node < 3; node += 1)
      await cluster.command(node, 'ACL', 'SETUSER', 'auditor', 'reset', 'on', `>${password}`, ...rights)
    const places = cluster.nodes.map(({ host, port }) => `${host}:${port}`)
    const audit = auditStream(`redis+cluster://auditor:${password}@${places.join(',')}`, { key })
    const stop = redstart.events.subscribe(audit.record)
    await signInAndOut(redstart)
    await filled(audit, 3)
    const owner = await Promise.all(
      [0, 1, 2].map(async (node) => await cluster.command(node, 'EXISTS', key).catch(() => 0)),
    )
    const entries = await entriesOf(
      { command: async (...args) => await cluster.command(owner.indexOf(1), ...args) },
      key,
    )
    expect(entries.map(({ type }) => type)).toEqual(['session.created', 'session.created', 'session.ended'])
    stop()
    await audit.close()
  }
  await redstart.close()
})
