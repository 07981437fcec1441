import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SentinelSetup, startSentinel } from '../src/index.ts'

let setup: SentinelSetup
beforeAll(async () => {
  setup = await startSentinel({ password: 'p@ss', name: 'shop' })
})
afterAll(async () => await setup.stop())

/** A client that asks the sentinels where the master is. */
function connect({ url, name }: SentinelSetup, password: string): Redis {
  const [, places = ''] = /(?:@|\/\/)([\d.:,]+)\//.exec(url) ?? []
  const sentinels = places.split(',').map((place) => {
    const [host = '', port] = place.split(':')
    return { host, port: Number(port) }
  })
  return new Redis({ sentinels, name, password, maxRetriesPerRequest: 50 })
}

describe('a master watched by sentinels', () => {
  it('is known to each sentinel, with its replica', async () => {
    expect(setup.url).toBe(
      `redis+sentinel://:p%40ss@${setup.sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/shop`,
    )
    expect([setup.sentinels.length, setup.servers.length]).toEqual([3, 2])
    expect(await setup.master()).toBe(setup.servers[0])
    expect(await setup.replicas()).toEqual([setup.servers[1]])
    for (const sentinel of setup.sentinels) {
      expect(await sentinel.command('SENTINEL', 'CKQUORUM', 'shop')).toMatch(/^OK 3 usable Sentinels/)
    }
  })

  it('changes on demand, again and again, and clients follow', async () => {
    const client = connect(setup, 'p@ss')
    client.on('error', () => {})
    await client.set('k', 'v')
    expect(await client.wait(1, 5000)).toBe(1)
    await setup.failover()
    expect(await setup.master()).toBe(setup.servers[1])
    expect((await setup.servers[1]?.command('ROLE')) as unknown[]).toContain('master')
    await expect.poll(async () => await setup.replicas(), { timeout: 20_000 }).toEqual([setup.servers[0]])
    expect(await client.get('k')).toBe('v')
    await setup.failover()
    expect(await setup.master()).toBe(setup.servers[0])
    client.disconnect()
  })

  it('refuses numbers and names that are not allowed', async () => {
    const invalid = { code: 'INVALID_ARGUMENT' }
    await expect(startSentinel({ replicas: 0 })).rejects.toMatchObject(invalid)
    await expect(startSentinel({ name: 'two words' })).rejects.toMatchObject(invalid)
    await expect(startSentinel({ downAfter: 5 })).rejects.toMatchObject(invalid)
  })
})

describe('a master that is gone', () => {
  it('is replaced by a replica without being told, also when a sentinel is gone with it', async () => {
    await using other = await startSentinel({ replicas: 2, downAfter: 500 })
    const first = await other.master()
    await other.sentinels[0]?.stop()
    first.pause()
    await expect.poll(async () => (await other.master()) !== first, { timeout: 30_000 }).toBe(true)
    first.resume()
    await expect.poll(async () => await other.replicas(), { timeout: 30_000 }).toContain(first)
  })
})
