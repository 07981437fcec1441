import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Faults, faultProxy, type FaultProxyOptions } from '../../src/index.ts'
import { dial, eventually, startPeer } from './peers.ts'

/** A client, the proxy, and the server's side of the client's connection, with `reply` as the server's answer. */
async function route(options: FaultProxyOptions = {}, reply?: (bytes: Buffer) => Buffer) {
  const server = await startPeer(reply)
  const proxy = await faultProxy(server.url, options)
  const client = await dial(proxy.port)
  await eventually(() => server.sockets.length === 1)
  const far = server.sockets[0]
  if (far === undefined) throw new Error('no connection')
  return {
    proxy,
    server,
    client,
    far,
    async [Symbol.asyncDispose]() {
      client.socket.destroy()
      await proxy.stop()
      await server[Symbol.asyncDispose]()
    },
  }
}

const echo = (bytes: Buffer): Buffer => bytes

describe('without faults', () => {
  it('hands bytes on unchanged in both directions, and an end as an end', async () => {
    await using way = await route({}, echo)
    const bytes = randomBytes(2_000_000)
    way.client.socket.write(bytes)
    await eventually(() => way.client.bytes().length === bytes.length)
    expect(way.client.bytes().equals(bytes)).toBe(true)
    way.client.socket.end()
    await eventually(() => way.far.fate() === 'ended')
    way.far.socket.write('after the end')
    way.far.socket.end()
    await eventually(() => way.client.fate() === 'ended')
    expect(way.client.bytes().toString('latin1', bytes.length)).toBe('after the end')
    await eventually(() => way.proxy.connections() === 0)
  })

  it('hands a reset on as a reset', async () => {
    await using way = await route()
    way.far.socket.resetAndDestroy()
    await eventually(() => way.client.fate() === 'reset')
    await eventually(() => way.proxy.connections() === 0)
  })

  it('keeps back-pressure: a receiver that does not read stops the sender', async () => {
    await using way = await route()
    way.far.socket.pause()
    const piece = Buffer.alloc(1 << 20)
    let drained = true
    for (let n = 0; n < 64 && drained; n += 1) {
      drained =
        way.client.socket.write(piece) || (await Promise.race([drainOf(way.client.socket), setTimeout(300, false)]))
    }
    expect(drained).toBe(false)
    way.far.socket.resume()
    await eventually(() => way.client.socket.writableLength === 0)
  })

  it('resets a client whose server is gone, and goes on when it is back', async () => {
    const server = await startPeer()
    await using proxy = await faultProxy(server.url)
    await server[Symbol.asyncDispose]()
    using client = await dial(proxy.port)
    await eventually(() => client.fate() === 'reset')
    await eventually(() => proxy.connections() === 0)
  })
})

describe('latency', () => {
  it('delays each direction by its own time, keeps the order, and ends at once when it is taken back', async () => {
    await using way = await route({ faults: { toClient: { latency: { ms: 800, jitter: 100 } } } }, echo)
    const sent = performance.now()
    for (let n = 0; n < 10; n += 1) {
      way.client.socket.write(`${n},`)
      await setTimeout(2)
    }
    await eventually(() => way.far.bytes().length === 20)
    expect(way.client.bytes()).toHaveLength(0)
    await eventually(() => way.client.bytes().length === 20)
    expect(performance.now() - sent).toBeGreaterThan(700)
    expect(way.client.bytes().toString()).toBe('0,1,2,3,4,5,6,7,8,9,')
    way.proxy.set({ latency: { ms: 600_000 } })
    way.client.socket.end('late')
    await setTimeout(50)
    expect(way.far.bytes()).toHaveLength(20)
    way.proxy.clear()
    await eventually(() => way.far.bytes().toString().endsWith('late') && way.far.fate() === 'ended')
  })
})

describe('a black hole', () => {
  it('swallows one direction of an open connection, and gives back what it held', async () => {
    await using way = await route({}, echo)
    way.proxy.set({ toClient: { blackHole: true } })
    way.client.socket.write('ping')
    await eventually(() => way.far.bytes().toString() === 'ping')
    way.far.socket.end()
    await setTimeout(50)
    expect([way.client.bytes().toString(), way.client.fate()]).toEqual(['', 'open'])
    way.proxy.clear()
    await eventually(() => way.client.bytes().toString() === 'ping' && way.client.fate() === 'ended')
  })

  it('accepts new connections and says nothing to them', async () => {
    await using way = await route({ faults: { blackHole: true } }, echo)
    way.client.socket.write('ping')
    way.client.socket.end()
    await setTimeout(50)
    expect([way.far.bytes().length, way.far.fate(), way.client.fate()]).toEqual([0, 'open', 'open'])
    expect(way.proxy.connections()).toBe(1)
    way.proxy.clear()
    await eventually(() => way.client.bytes().toString() === 'ping')
  })

  it('hides a reset until it is taken back', async () => {
    await using way = await route()
    way.proxy.set({ blackHole: true })
    way.far.socket.resetAndDestroy()
    await setTimeout(50)
    expect(way.client.fate()).toBe('open')
    way.proxy.clear()
    await eventually(() => way.client.fate() === 'reset')
  })
})

describe('a reset', () => {
  it('breaks open connections on both sides, and new ones while it is set', async () => {
    await using way = await route()
    way.proxy.set({ reset: true })
    await eventually(() => way.client.fate() === 'reset' && way.far.fate() === 'reset')
    using next = await dial(way.proxy.port)
    await eventually(() => next.fate() === 'reset')
    way.proxy.clear()
    using last = await dial(way.proxy.port)
    await eventually(() => way.server.sockets.length === 2)
    expect(last.fate()).toBe('open')
    expect(way.proxy.connections()).toBe(1)
  })
})

describe('a half-open connection', () => {
  it('is closed for the server and left open for the client, also when the fault is taken back', async () => {
    await using way = await route({}, echo)
    way.proxy.set({ halfOpen: true })
    await eventually(() => way.far.fate() === 'ended')
    way.proxy.clear()
    way.client.socket.write('anyone?')
    await setTimeout(50)
    expect([way.client.fate(), way.client.bytes().length, way.far.bytes().length]).toEqual(['open', 0, 0])
    way.client.socket.end()
    await eventually(() => way.proxy.connections() === 0)
  })

  it('has no server when it is new', async () => {
    await using way = await route({}, echo)
    way.proxy.set({ halfOpen: true })
    using next = await dial(way.proxy.port)
    next.socket.write('anyone?')
    await setTimeout(50)
    expect([next.fate(), way.server.sockets.length]).toEqual(['open', 1])
  })
})

describe('a throttle', () => {
  it('keeps to its rate, and stops when it is taken back', async () => {
    await using way = await route({ faults: { toServer: { throttle: { bytesPerSecond: 20_000 } } } })
    const sent = performance.now()
    way.client.socket.write(Buffer.alloc(10_000))
    await eventually(() => way.far.bytes().length === 10_000)
    expect(performance.now() - sent).toBeGreaterThan(350)
    way.proxy.set({ throttle: { bytesPerSecond: 0.1 } })
    way.client.socket.write(Buffer.alloc(1000))
    await setTimeout(50)
    expect(way.far.bytes().length).toBeLessThan(10_010)
    way.proxy.clear()
    await eventually(() => way.far.bytes().length === 11_000)
  })
})

describe('corruption', () => {
  it('hits each n-th byte, counted from when it was set', async () => {
    await using way = await route()
    way.client.socket.write('before')
    await eventually(() => way.far.bytes().length === 6)
    way.proxy.set({ corrupt: { every: 100 } })
    way.client.socket.write(Buffer.alloc(250))
    await eventually(() => way.far.bytes().length === 256)
    expect(changed(way.far.bytes().subarray(6))).toEqual([99, 199])
    expect(way.far.bytes().toString('latin1', 0, 6)).toBe('before')
  })

  it('hits the same bytes in the same way for the same seed, and others for another', async () => {
    const run = async (seed: number, pieces: number): Promise<string> => {
      await using way = await route({ seed, faults: { corrupt: { probability: 0.02 }, latency: { ms: 1, jitter: 2 } } })
      for (let n = 0; n < pieces; n += 1) {
        way.client.socket.write(Buffer.alloc(10_000 / pieces))
        await setTimeout(1)
      }
      await eventually(() => way.far.bytes().length === 10_000)
      const count = changed(way.far.bytes()).length
      expect(count).toBeGreaterThan(120)
      expect(count).toBeLessThan(290)
      return way.far.bytes().toString('hex')
    }
    const first = await run(7, 1)
    expect(await run(7, 20)).toBe(first)
    expect(await run(8, 1)).not.toBe(first)
  })
})

describe('a cut', () => {
  it('lets exactly so many bytes pass, and then ends the connection', async () => {
    await using way = await route({ faults: { toClient: { cutAfter: 5 } } }, () => Buffer.from('12345678'))
    way.client.socket.write('?')
    await eventually(() => way.client.fate() === 'ended')
    expect(way.client.bytes().toString()).toBe('12345')
    await eventually(() => way.far.fate() !== 'open')
    way.client.socket.end()
    await eventually(() => way.proxy.connections() === 0)
  })

  it('lets nothing pass at 0', async () => {
    await using way = await route({ faults: { toServer: { cutAfter: 0 } } })
    way.client.socket.write('?')
    await eventually(() => way.far.fate() === 'ended')
    expect(way.far.bytes()).toHaveLength(0)
  })
})

describe('the proxy', () => {
  it('ends what is open when it is told, and everything when it stops', async () => {
    await using way = await route()
    way.proxy.killAll()
    await eventually(() => way.client.fate() !== 'open' && way.far.fate() !== 'open')
    expect(way.proxy.connections()).toBe(0)
    way.proxy.set({ blackHole: true })
    using next = await dial(way.proxy.port)
    next.socket.write(Buffer.alloc(5_000_000))
    await eventually(() => way.proxy.connections() === 1)
    await way.proxy.stop()
    await way.proxy.stop()
    expect(way.proxy.connections()).toBe(0)
    await eventually(() => next.fate() !== 'open')
    await expect(once(connect(way.proxy.port, '127.0.0.1'), 'connect')).rejects.toThrow(/ECONNREFUSED/)
  })

  it('keeps the rest of the URL', async () => {
    await using proxy = await faultProxy('rediss://app:p%40ss@localhost:7000/3')
    expect(proxy.url).toBe(`rediss://app:p%40ss@127.0.0.1:${proxy.port}/3`)
  })

  it.each<[string, Faults]>([
    ['latency.ms', { latency: { ms: -1 } }],
    ['latency.jitter', { toServer: { latency: { ms: 1, jitter: Number.NaN } } }],
    ['throttle.bytesPerSecond', { throttle: { bytesPerSecond: 0 } }],
    ['corrupt.every', { toClient: { corrupt: { every: 0.5 } } }],
    ['corrupt.probability', { corrupt: { probability: 1.1 } }],
    ['cutAfter', { cutAfter: -1 }],
  ])('refuses %s out of its range, and keeps the faults it had', async (name, faults) => {
    await using way = await route({ faults: { blackHole: true } }, echo)
    expect(() => way.proxy.set(faults)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => way.proxy.set(faults)).toThrow(name)
    way.client.socket.write('?')
    await setTimeout(20)
    expect(way.far.bytes()).toHaveLength(0)
    await expect(faultProxy(way.server.url, { faults })).rejects.toThrow(name)
  })

  it('refuses another URL without repeating its password', async () => {
    await expect(faultProxy('http://:secret@localhost')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.not.stringContaining('secret') as string,
    })
  })
})

/** Positions of the bytes that are not 0. */
function changed(bytes: Buffer): number[] {
  return [...bytes.entries()].filter(([, byte]) => byte !== 0).map(([at]) => at)
}

async function drainOf(socket: Socket): Promise<boolean> {
  await once(socket, 'drain')
  return true
}
