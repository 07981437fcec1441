import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis'
import type { CacheStore, InvalidateRequest } from '../../src/cache/cache-store.ts'
import { systemClock } from '../../src/clock.ts'
import { redis } from '../../src/redis/index.ts'

export const G1 = '0123456789abcdef0123456789abcdef'
export const G2 = 'ffffffffffffffffffffffffffffffff'

/** A Redis of the test's own, with a client to look into it, that can be gone for a while and come back on its port. */
export class Server {
  readonly port: number
  readonly control: Redis
  readonly #args: readonly string[]
  /** Outlives the server, for one that comes back with its data. */
  readonly #folder: string
  #server: RedisServer

  private constructor(server: RedisServer, folder: string, args: readonly string[]) {
    this.#server = server
    this.#folder = folder
    this.#args = args
    this.port = server.port
    this.control = new Redis({ port: server.port, host: '127.0.0.1', retryStrategy: () => 20 })
    this.control.on('error', () => {})
  }

  static async start(...more: string[]): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'redstart-core-'))
    const args = ['--dir', folder, ...more]
    return new Server(await startRedis({ args }), folder, args)
  }

  get url(): string {
    return this.#server.url
  }

  pause(): void {
    this.#server.pause()
  }

  resume(): void {
    this.#server.resume()
  }

  /** Ends the server; `run` brings it back on the same port. */
  gone(): Promise<void> {
    return this.#server.stop()
  }

  async run(): Promise<void> {
    this.#server = await startRedis({ args: this.#args, port: this.port })
    await until(async () => (await this.control.ping().catch(() => '')) === 'PONG')
  }

  async stop(): Promise<void> {
    this.control.disconnect()
    await this.#server.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Connections that a store made, by the name it gives them. */
  async connections(name = 'redstart'): Promise<number> {
    const list = String(await this.control.client('LIST'))
    return list.split('\n').filter((line) => line.includes(` name=${name} `)).length
  }
}

let apps = 0

/** A store of an app of its own. */
export function openStore(
  target: Parameters<typeof redis>[0],
  app = `app${process.pid}-${++apps}`,
): { store: CacheStore; app: string } {
  return { app, store: redis(target).cache({ app, clock: systemClock() }) }
}

export function invalidation(names: readonly string[], more: Partial<InvalidateRequest> = {}): InvalidateRequest {
  return { names, kind: 'hard', deadline: Infinity, unlink: [], candidate: G1, keep: 60_000, ...more }
}

/** A cache entry of the wire format with nothing in it but what the compare-and-set looks at. */
export function entry(generation: string, clock: number, payload = 0): Uint8Array {
  const bytes = Buffer.alloc(80, payload)
  bytes.set([0xc1, 1, 0, 0x10])
  bytes.set(Buffer.from(generation, 'hex'), 4)
  bytes.writeBigUInt64BE(BigInt(clock), 20)
  return bytes
}

export async function until(condition: () => Promise<boolean> | boolean, ms = 10_000): Promise<void> {
  const end = Date.now() + ms
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not so within ${ms} ms: ${String(condition)}`)
    await wait(10)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
