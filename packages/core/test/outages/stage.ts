import { setTimeout } from 'node:timers/promises'
import { type FaultProxy, faultProxy, type RedisServer, startRedis } from '@redstart/testing'
import { createRedstart, type Redstart, type RedstartEvent, type RedstartOptions } from '../../src/index.ts'
import { type RedisConnectionOptions, redis } from '../../src/redis/index.ts'

/** How long an instance may wait for Redis, in ms. */
export const DEADLINE = 300
export const MAX_STALENESS = 900
/** A server that owes replies is given up after this, in ms. */
export const CONNECT_TIMEOUT = 1000
/** The longest pauses between two attempts to connect, and between two probes of the breaker, in ms. */
export const LONGEST_PAUSE = { connecting: 2000, probing: 400 } as const

export const APP = 'outages'

/** One Redis and two instances: `here` reaches it through a network that can be made bad, `there` directly. */
export interface Stage extends AsyncDisposable {
  readonly server: RedisServer
  readonly proxy: FaultProxy
  readonly here: Redstart
  readonly there: Redstart
  /** What `here` told about itself. */
  readonly events: readonly RedstartEvent[]
  /** Ends the server; `revive` starts an empty one on its port. */
  kill(): Promise<void>
  revive(): Promise<void>
  /** How many connections the two instances have, as Redis sees it. */
  connections(): Promise<number>
}

/** What differs from the usual. */
export interface StageOptions extends Pick<RedstartOptions, 'consistency' | 'maxStaleness' | 'deadline'> {
  readonly redis?: RedisConnectionOptions
}

/** Both instances are connected and have asked their first question. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const args = ['--enable-debug-command', 'yes']
  let server = await startRedis({ args })
  const { port } = server
  const proxy = await faultProxy(server.url)
  const here = open(proxy.url, options)
  const there = open(server.url, options)
  for (const instance of [here, there]) {
    // On a busy machine the first connection may take longer than one deadline.
    while ((await instance.health()).state !== 'ok') await setTimeout(10)
    await instance.cache.get('nothing')
  }
  const events: RedstartEvent[] = []
  here.events.subscribe((event) => void events.push(event))
  return {
    get server() {
      return server
    },
    proxy,
    here,
    there,
    events,
    kill: () => server.stop(),
    async revive() {
      server = await startRedis({ args, port })
    },
    connections: async () => named(String(await server.command('CLIENT', 'LIST'))),
    async [Symbol.asyncDispose]() {
      await Promise.all([here.close(), there.close()])
      await proxy.stop()
      await server.stop()
    },
  }
}

function open(url: string, { redis: connection, ...options }: StageOptions): Redstart {
  const breaker = { openFor: '100ms', longest: LONGEST_PAUSE.probing } as const
  const backend = redis({ url, connectTimeout: CONNECT_TIMEOUT, breaker, ...connection })
  return createRedstart({ backend, app: APP, deadline: DEADLINE, maxStaleness: MAX_STALENESS, ...options })
}

function named(list: string): number {
  return list.split('\n').filter((line) => line.includes(' name=redstart ')).length
}
