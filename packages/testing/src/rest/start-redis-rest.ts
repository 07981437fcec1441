import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { redisTarget } from '../redis-target.ts'
import type { RestFault } from './rest-fault.ts'
import { answerRest, type RestState } from './rest-server.ts'

/** How a REST API begins. */
export interface StartRedisRestOptions {
  /** Of the Redis behind it, `redis://[user:password@]host[:port][/database]`. It may come and go. */
  readonly redisUrl: string
  /**
   * What requests must show as a bearer token.
   * @default a random one
   */
  readonly token?: string
}

/** A Redis behind HTTP, for a test. */
export interface RedisRest extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string
  readonly token: string
  /** Requests that came so far, refused ones as well. */
  readonly requests: number
  /** Goes wrong from now on, for requests that come later; `undefined` ends it, and lets go of what was held. */
  fail(fault: RestFault | undefined): void
  /** Ends it and its connections; may be called again. */
  stop(): Promise<void>
}

/**
 * Starts the REST protocol of Upstash on a free port of 127.0.0.1, over a real Redis: one command as a JSON array sent by
 * POST to `/`, several to `/pipeline`, and to `/multi-exec` those that must not be come between; `Upstash-Encoding: base64`
 * for replies of bytes. Commands in the path, `/monitor` and `/subscribe` are left out.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for another URL.
 * @see https://upstash.com/docs/redis/features/restapi
 */
export async function startRedisRest({ redisUrl, ...options }: StartRedisRestOptions): Promise<RedisRest> {
  redisTarget(redisUrl)
  const redis = new Redis(redisUrl, {
    protocol: 2,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
  })
  // Told to whoever asks.
  redis.on('error', () => {})
  const state: RestState = {
    redis,
    token: options.token ?? randomBytes(24).toString('base64url'),
    requests: 0,
    held: [],
  }
  // A connection that is closed while a busy client sends on it again would look like a failure.
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    void answerRest(state, request, response)
  })
  try {
    await redis.connect()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    redis.disconnect()
    throw error
  }
  return handle(server, state)
}

/** Longer than any test pauses. */
const KEEP_ALIVE_MS = 120_000

function handle(server: Server, state: RestState): RedisRest {
  // A listening TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo
  const fail = (fault: RestFault | undefined): void => {
    state.fault = fault
    if (fault === undefined) for (const release of state.held.splice(0)) release()
  }
  const stop = async (): Promise<void> => {
    fail(undefined)
    state.redis.disconnect()
    if (!server.listening) return
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return {
    url: `http://127.0.0.1:${port}`,
    token: state.token,
    get requests() {
      return state.requests
    },
    fail,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
