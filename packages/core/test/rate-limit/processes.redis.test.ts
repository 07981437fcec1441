import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRedstart, gcra } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { bundle, type Program } from '../processes/bundle.ts'
import type { LimitOrders } from './limit.child.ts'

const PROCESSES = 4

let server: RedisServer
let program: Program
beforeAll(async () => {
  server = await startRedis()
  program = await bundle([], new URL('limit.child.ts', import.meta.url).pathname)
})
afterAll(async () => {
  await program?.remove()
  await server?.stop()
})

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** What one of them has told so far. */
interface Worker {
  readonly child: ChildProcess
  passed: number
  readonly modes: Set<string>
  done: boolean
}

/** Processes that begin together. */
async function workers(orders: Omit<LimitOrders, 'url' | 'at'>): Promise<readonly Worker[]> {
  const team = await Promise.all(
    Array.from({ length: PROCESSES }, async (): Promise<Worker> => {
      const child = fork(program.file, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      children.push(child)
      await once(child, 'message')
      return { child, passed: 0, modes: new Set(), done: false }
    }),
  )
  for (const worker of team) {
    worker.child.on('message', (message: { readonly passed?: number; readonly modes?: readonly string[] }) => {
      worker.passed += message.passed ?? 0
      for (const mode of message.modes ?? []) worker.modes.add(mode)
      worker.done ||= 'done' in message
    })
    worker.child.send({ ...orders, url: server.url, at: Date.now() + 300 } satisfies LimitOrders)
  }
  return team
}

const sum = (team: readonly Worker[]): number => team.reduce((total, { passed }) => total + passed, 0)

async function remaining(app: string, limit: number): Promise<number | undefined> {
  const policies = { api: gcra({ rate: '1/1h', burst: limit }) }
  const { limiter, close } = createRedstart({ app, backend: redis(server.url), policies, deadline: '10s' })
  const { policies: told } = await limiter.peek('api', { key: 'k' })
  await close()
  return told.api?.remaining
}

describe('four processes', () => {
  it('let exactly as many of a thousand pass, all made at a time, as the limit says', async () => {
    const orders = { app: 'exact', checks: 250, together: 250, limit: 700, lease: 0 }
    const team = await workers(orders)
    await expect.poll(() => team.every(({ done }) => done)).toBe(true)
    expect(sum(team)).toBe(700)
    expect(await remaining('exact', 700)).toBe(0)
  })

  it('let exactly as many pass with leases, where each asks for more than there is', async () => {
    const orders = { app: 'leases', checks: 1300, together: 10, limit: 1200, lease: 20 }
    const team = await workers(orders)
    await expect.poll(() => team.every(({ done }) => done)).toBe(true)
    expect(sum(team)).toBe(1200)
    expect(team.every(({ modes }) => modes.has('lease'))).toBe(true)
  })

  it('lose no more than what one of them held when it is killed', async () => {
    const orders = { app: 'killed', checks: 1000, together: 10, limit: 2000, lease: 20 }
    const team = await workers(orders)
    const [victim, ...others] = team
    await expect.poll(() => victim?.passed, { interval: 1 }).toBeGreaterThan(50)
    victim?.child.kill('SIGKILL')
    await expect.poll(() => others.every(({ done }) => done)).toBe(true)
    expect(sum(team)).toBeLessThanOrEqual(2000)
    // What it held and had not told is lost; the others go on with what is left.
    expect(sum(others)).toBeGreaterThan(500)
    expect(await remaining('killed', 2000)).toBe(0)
  })
})
