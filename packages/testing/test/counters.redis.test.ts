import { once } from 'node:events'
import { connect } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countCommands, countTrips, type RedisServer, startRedis } from '../src/index.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis({ password: 'p@ss' })
})
afterAll(async () => await server.stop())

describe('countTrips', () => {
  it('counts a pipeline as one trip, and each command that waits for the one before', async () => {
    await using counter = await countTrips(server.url)
    const client = new Redis(counter.url)
    await client.ping()
    expect(counter.trips()).toBeGreaterThan(0)
    counter.reset()
    for (let n = 0; n < 5; n += 1) await client.set(`k${n}`, n)
    expect(counter.trips()).toBe(5)
    counter.reset()
    await client.pipeline().get('k0').get('k1').mget('k2', 'k3').exec()
    expect(counter.trips()).toBe(1)
    await client.pipeline(Array.from({ length: 200 }, (_, n) => ['set', `big${n}`, 'x'.repeat(20_000)])).exec()
    expect(counter.trips()).toBe(2)
    client.disconnect()
  })

  it('is not confused by messages on the same connection', async () => {
    await using counter = await countTrips(server.url)
    const client = new Redis({ ...addressOf(counter.url), protocol: 3 })
    const heard: string[] = []
    client.on('message', (_, text: string) => heard.push(text))
    await client.subscribe('c', 'd')
    counter.reset()
    for (let n = 0; n < 10; n += 1) await server.command('PUBLISH', 'c', `m${n}`)
    expect(await client.get('absent')).toBeNull()
    expect(heard).toHaveLength(10)
    expect(counter.trips()).toBe(1)
    await client.unsubscribe('c')
    expect(await client.get('absent')).toBeNull()
    expect(counter.trips()).toBe(3)
    client.disconnect()
  })

  it('adds up connections, hands bytes on unchanged, and ends them when it closes', async () => {
    const counter = await countTrips(server.url)
    const clients = [new Redis(counter.url), new Redis(counter.url)]
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 256))
    await clients[0]?.set('bytes', bytes)
    await clients[1]?.ping()
    counter.reset()
    expect((await clients[1]?.getBuffer('bytes'))?.equals(bytes)).toBe(true)
    await clients[0]?.ping()
    expect(counter.trips()).toBe(2)
    const gone = clients.map(async (client) => void (await once(client.stream, 'close')))
    for (const client of clients) client.options.retryStrategy = () => null
    await counter.close()
    await counter.close()
    await Promise.all(gone)
    const refused = connect({ port: Number(new URL(counter.url).port), host: '127.0.0.1' })
    await expect(once(refused, 'connect')).rejects.toThrow(/ECONNREFUSED/)
  })

  it('refuses another URL without repeating its password', async () => {
    await expect(countTrips('http://:secret@localhost')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.not.stringContaining('secret') as string,
    })
  })
})

describe('countCommands', () => {
  it("sees clients' commands, without those of scripts and its own", async () => {
    using counter = await countCommands(server.url)
    const client = new Redis(server.url)
    await client.ping()
    await counter.settled()
    counter.reset()
    await client.set('k', 'v w')
    await client.eval("redis.call('SET', KEYS[1], '1'); return redis.call('GET', KEYS[1])", 1, 'é')
    await counter.settled()
    const [set, script, ...more] = counter.commands()
    expect(set?.map((word) => word.toLowerCase())).toEqual(['set', 'k', 'v w'])
    expect([script?.[0]?.toLowerCase(), script?.at(-1)]).toEqual(['eval', 'é'])
    expect(more).toEqual([])
    expect(counter.commands(([name]) => name?.toLowerCase() === 'set')).toHaveLength(1)
    await counter.settled()
    expect(counter.commands()).toHaveLength(2)
    counter.reset()
    expect(counter.commands()).toEqual([])
    client.disconnect()
  })

  it('misses nothing that was executed before settled()', async () => {
    using counter = await countCommands(server.url)
    const clients = Array.from({ length: 4 }, () => new Redis(server.url))
    await Promise.all(clients.map(async (client) => await client.ping()))
    await counter.settled()
    counter.reset()
    await Promise.all(
      clients.flatMap((client, c) => Array.from({ length: 500 }, async (_, n) => await client.get(`${c}:${n}`))),
    )
    await counter.settled()
    expect(new Set(counter.commands().map(([, key]) => key)).size).toBe(2000)
    for (const client of clients) client.disconnect()
  })

  it('does not hang once it is closed', async () => {
    const counter = await countCommands(server.url)
    counter.close()
    counter.close()
    await server.command('PING')
    expect(counter.commands()).toEqual([])
    await expect(counter.settled()).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(countCommands('redis://:wrong@127.0.0.1:1')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await expect(countCommands(`redis://:wrong@127.0.0.1:${server.port}`)).rejects.toMatchObject({
      code: 'STORE_FAILED',
    })
  })
})

const addressOf = (url: string): { host: string; port: number; password: string } => {
  const { hostname, port, password } = new URL(url)
  return { host: hostname, port: Number(port), password: decodeURIComponent(password) }
}
