import { randomBytes } from 'node:crypto'
import type { RedisServer } from '@redstart/testing'
import { type Backend, type LimitStore, systemClock } from '../../src/index.ts'
import { MemoryLimits } from '../../src/memory/limits/limits.ts'
import { MemoryLimitStore } from '../../src/memory/limits/limit-store.ts'
import { HttpServer } from '../../src/redis-http/http-server.ts'
import { httpSettingsOf } from '../../src/redis-http/settings.ts'
import { connectedServers } from '../../src/redis/connected.ts'
import { RedisLimitStore } from '../../src/redis/limits/limit-store.ts'
import { sharedServers } from '../../src/redis/shared-servers.ts'
import { settingsOf } from '../../src/redis/target.ts'

/** A store whose time a test sets: in microseconds. */
export interface TimedStore {
  readonly store: LimitStore
  now: number
}

/** Where limits are, for tests. */
export interface Place {
  readonly backend: () => Backend
  /** A store of an app of its own unless one is named. */
  readonly timed: (app?: string) => TimedStore
  /** One server has all keys. */
  readonly single: boolean
  /** What is stored of an app, in a form that can be compared. */
  readonly dump?: (app: string) => Promise<readonly string[]>
  /** Forgets the scripts. */
  readonly flushScripts?: () => Promise<void>
}

/** Milliseconds for a call that is meant to succeed. */
export const TIMEOUT = 10_000
const START = 1_795_255_432_123_456

export function appName(): string {
  return `app${randomBytes(6).toString('hex')}`
}

/** @param longer microseconds that everything is kept longer than it is of use. */
export function timedMemory(most = 100_000, longer = 0): TimedStore {
  const timed = { now: START } as { now: number; store: LimitStore } // completed on the next line
  timed.store = new MemoryLimitStore(new MemoryLimits(most, longer), () => timed.now)
  return timed
}

/** What is stored of an app by these servers, in a form that can be compared. */
export async function dumped(servers: readonly RedisServer[], app: string): Promise<readonly string[]> {
  const dump = async (server: RedisServer, key: string): Promise<string> =>
    `${key} ${String(await server.command('DUMP', key))}`
  return await ofEach(servers, app, dump)
}

/** The keys of an app on these servers, and for how many ms each lives on. */
export async function kept(servers: readonly RedisServer[], app: string): Promise<ReadonlyMap<string, number>> {
  const lives = async (server: RedisServer, key: string): Promise<readonly [string, number]> => [
    key,
    Number(await server.command('PTTL', key)),
  ]
  return new Map(await ofEach(servers, app, lives))
}

async function ofEach<T>(
  servers: readonly RedisServer[],
  app: string,
  of: (server: RedisServer, key: string) => Promise<T>,
): Promise<readonly T[]> {
  const all: T[] = []
  for (const server of servers) {
    const keys = (await server.command('KEYS', `${app}:*`)) as readonly string[] // by its definition
    for (const key of [...keys].sort()) all.push(await of(server, key))
  }
  return all
}

/** @param target what `redis()` takes. */
export function timedRedis(target: Parameters<typeof settingsOf>[0], app: string = appName()): TimedStore {
  const timed = { now: START } as { now: number; store: LimitStore } // completed on the next line
  const context = { app, clock: systemClock() }
  timed.store = new RedisLimitStore(connectedServers(settingsOf(target)), context, () => String(timed.now))
  return timed
}

export function timedHttp(options: Parameters<typeof httpSettingsOf>[0], app: string = appName()): TimedStore {
  const timed = { now: START } as { now: number; store: LimitStore } // completed on the next line
  const hold = sharedServers((clock, { viewKey }) => new HttpServer(httpSettingsOf(options), clock, viewKey))
  timed.store = new RedisLimitStore(hold, { app, clock: systemClock() }, () => String(timed.now))
  return timed
}
