import type { RedisServer } from '@redstart/testing'
import { Redis } from 'ioredis'
import { redis } from '../../src/redis/index.ts'
import type { OpenPlace } from './stored-bytes.ts'

/** Places in one Redis, each with an app of its own; close them all at the end. */
export interface RedisPlaces {
  readonly open: () => OpenPlace
  close(): void
}

export function redisPlaces(server: () => RedisServer, name: string): RedisPlaces {
  let client: Redis | undefined
  let apps = 0
  const connected = (): Redis => (client ??= new Redis({ host: server().host, port: server().port }))
  return {
    open() {
      const app = `${name}${++apps}`
      return {
        backend: redis(server().url),
        app,
        async put(path, bytes) {
          await connected().set(`${app}:${path}`, Buffer.from(bytes))
        },
        bytesAt: async (path) => (await connected().getBuffer(`${app}:${path}`)) ?? undefined,
      }
    },
    close: () => client?.disconnect(),
  }
}
