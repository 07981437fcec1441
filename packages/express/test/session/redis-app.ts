import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { redis } from '@redstart/core/redis'
import { type FaultProxy, faultProxy, type RedisServer } from '@redstart/testing'
import { onTestFinished } from 'vitest'
import { type SessionApp, type SessionAppParts, startApp } from './session-app.ts'

/** What seals sessions in these tests. */
export const KEY: string = Buffer.alloc(32, 7).toString('base64')

export interface RedisAppParts extends SessionAppParts {
  readonly url: string
}

/** An application with sessions in Redis, under keys of its own, and patient with a machine that is busy. */
export async function startRedisApp({ url, redstart, ...parts }: RedisAppParts): Promise<SessionApp> {
  const own = { backend: redis(url), app: `app-${randomUUID()}`, keys: KEY, deadline: '10s' as const }
  return await startApp({ ...parts, redstart: { ...own, ...redstart } })
}

/** A way to Redis that can be made slow, or cut; it ends with the test. */
export async function proxyTo(server: RedisServer): Promise<FaultProxy> {
  const proxy = await faultProxy(server.url)
  onTestFinished(async () => await proxy.stop())
  return proxy
}
