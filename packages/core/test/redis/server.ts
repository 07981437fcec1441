import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { CacheStore, InvalidateRequest } from '../../src/cache/cache-store.ts'
import { systemClock } from '../../src/clock.ts'
import { redis } from '../../src/redis/index.ts'

export const G1 = '0123456789abcdef0123456789abcdef'
export const G2 = 'ffffffffffffffffffffffffffffffff'

/** A Redis of the test's own, with a client to look into it. */
export class Server {
  readonly port: number
  readonly control: Redis
  readonly #args: readonly string[]
  readonly #folder = mkdtempSync(join(tmpdir(), 'redstart-'))
  #process: ChildProcess | undefined

  private constructor(port: number, args: readonly string[]) {
    this.port = port
    this.#args = args
    this.control = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 20 })
    this.control.on('error', () => {})
  }

  static async start(...args: string[]): Promise<Server> {
    const server = new Server(await freePort(), args)
    await server.run()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async run(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--dir', this.#folder, ...this.#args]
    this.#process = spawn('redis-server', args, { stdio: 'ignore' })
    await until(async () => (await this.control.ping().catch(() => '')) === 'PONG')
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name)
  }

  async kill(): Promise<void> {
    const process = this.#process
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return
    process.kill('SIGKILL')
    await once(process, 'exit')
  }

  async stop(): Promise<void> {
    this.control.disconnect()
    await this.kill()
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
export function openStore(target: Parameters<typeof redis>[0], app = `app${process.pid}-${++apps}`): { store: CacheStore; app: string } {
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
    if (Date.now() > end) throw new Error(`Not so within ${ms} ms: ${condition}`)
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
