import { describe, expect, it } from 'vitest'
import { RedstartError } from '../../src/errors.ts'
import { pauseAfter } from '../../src/redis/connection.ts'
import { redis } from '../../src/redis/index.ts'
import { settingsOf } from '../../src/redis/target.ts'
import { parseRedisUrl } from '../../src/redis/url.ts'

function failure(action: () => unknown): RedstartError {
  try {
    action()
  } catch (error) {
    if (RedstartError.is(error)) return error
  }
  throw new Error('no RedstartError was thrown')
}

describe('a Redis URL', () => {
  it('gives host, port, user, password, database and TLS, decoded', () => {
    expect(parseRedisUrl('redis://localhost')).toEqual({ host: 'localhost', port: 6379, db: 0 })
    expect(parseRedisUrl('redis://us%3Aer:p%40ss%2F%23%25%3F@h.example:1234/7')).toEqual({
      host: 'h.example',
      port: 1234,
      db: 7,
      username: 'us:er',
      password: 'p@ss/#%?',
    })
    expect(parseRedisUrl('rediss://:secret@[::1]:6380/')).toEqual({
      host: '::1',
      port: 6380,
      db: 0,
      password: 'secret',
      tls: {},
    })
    expect(parseRedisUrl('redis://h?family=6')).toEqual({ host: 'h', port: 6379, db: 0, family: 6 })
  })

  it.each([
    'http://u:hunter2@host',
    'hunter2@host:6379',
    'hunter2:host',
    'redis://u:hun#ter2@host',
    'redis://u:hunter2%zz@host',
    'redis://u:hunter2@host/hunter2',
    'redis://u:hunter2@host?password=hunter2',
    'redis://u:hunter2@host:99999',
    '',
  ])('is refused without a word of it: %s', (url) => {
    const error = failure(() => redis(url))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(String(error) + JSON.stringify(error)).not.toMatch(/hunter2|ter2|hun#/)
  })
})

describe('options', () => {
  it('go before what the URL says', () => {
    const { options } = settingsOf({
      url: 'rediss://u:p@h:1/2',
      host: 'other',
      port: 3,
      password: 'q',
      tls: false,
      connectionName: 'mine',
    }).client(() => 50)
    expect(options).toMatchObject({
      host: 'other',
      port: 3,
      db: 2,
      username: 'u',
      password: 'q',
      connectionName: 'mine',
    })
    expect(options.tls).toBeUndefined()
  })

  it.each([{ poolSize: 0 }, { poolSize: 65 }, { markers: 1.5 }, { port: 70_000 }, { db: -1 }, { connectTimeout: 0 }])(
    'are checked: %o',
    (options) => {
      expect(failure(() => redis(options)).code).toBe('INVALID_ARGUMENT')
    },
  )

  it('leave nothing to the queues and repeats of ioredis', () => {
    expect(settingsOf({}).client(() => 50).options).toMatchObject({
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      enableAutoPipelining: false,
      keyPrefix: '',
    })
  })

  it('wait 25 ms to 2 s between attempts to connect', () => {
    const pauses = Array.from({ length: 50 }, (_, n) => pauseAfter(n + 1))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(25)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2000)
    expect(Math.max(...pauses)).toBeGreaterThan(1000)
  })
})

describe('a client', () => {
  it('of a Cluster is refused', () => {
    const cluster = { isCluster: true, status: 'wait', options: {}, duplicate: () => ({}) }
    expect(failure(() => redis(cluster)).code).toBe('UNSUPPORTED')
  })
})
