import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundle, type Program } from './bundle.ts'
import type { LeaseOrders } from './lease.child.ts'

let server: RedisServer
let program: Program
let database: Redis
beforeAll(async () => {
  server = await startRedis()
  program = await bundle([], new URL('lease.child.ts', import.meta.url).pathname)
  database = new Redis(server.url)
})
afterAll(async () => {
  database?.disconnect()
  await program?.remove()
  await server?.stop()
})

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A process that reads at the common moment. */
interface Reader {
  readonly child: ChildProcess
  readonly loading: Promise<unknown>
  readonly value: Promise<string>
}

async function readers(count: number, orders: Omit<LeaseOrders, 'url' | 'at'>): Promise<Reader[]> {
  const started = await Promise.all(
    Array.from({ length: count }, async () => {
      const child = fork(program.file, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      children.push(child)
      await once(child, 'message')
      return child
    }),
  )
  const at = Date.now() + 500
  return started.map((child) => {
    const said = (word: string): Promise<never> =>
      new Promise((resolve) =>
        // What our own child tells, under its word.
        child.on('message', (message: object) => word in message && resolve(message[word as keyof object])),
      )
    child.send({ ...orders, url: server.url, at } satisfies LeaseOrders)
    return { child, loading: said('loading'), value: said('value') }
  })
}

const loadsOf = async (app: string): Promise<number> => Number(await database.get(`loads of ${app}`))

describe('four processes that miss at the same moment', () => {
  it('load exactly once with a lease', async () => {
    const team = await readers(4, { app: 'leased', lease: true, load: 500 })
    expect(await Promise.all(team.map(({ value }) => value))).toEqual(Array(4).fill('load 1'))
    expect(await loadsOf('leased')).toBe(1)
  })

  it('load each for itself without one', async () => {
    const team = await readers(4, { app: 'unleased', lease: false, load: 2000 })
    await Promise.all(team.map(({ value }) => value))
    expect(await loadsOf('unleased')).toBe(4)
  })

  it('load once more when the one that loads is killed, after the ten seconds of its claim', async () => {
    const team = await readers(4, { app: 'killed', lease: true, load: 500 })
    const holder = await Promise.race(team.map(async (reader) => (await reader.loading, reader)))
    holder.child.kill('SIGKILL')
    const killed = Date.now()
    const values = await Promise.all(team.filter((reader) => reader !== holder).map(({ value }) => value))
    expect(values).toEqual(Array(3).fill('load 2'))
    const waited = Date.now() - killed
    expect(waited).toBeGreaterThan(9000)
    expect(waited).toBeLessThan(30_000)
    expect(await loadsOf('killed')).toBe(2)
  })

  it('leave no claim behind, and every key of theirs has an end', async () => {
    const team = await readers(2, { app: 'clean', lease: true, load: 50 })
    await Promise.all(team.map(({ value }) => value))
    await expect.poll(() => database.keys('clean:!lease:*')).toEqual([])
    for (const key of await database.keys('clean:*')) expect(await database.pttl(key)).toBeGreaterThan(0)
  })
})
