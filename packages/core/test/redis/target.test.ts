import { describe, expect, it } from 'vitest'
import { RedstartError } from '../../src/errors.ts'
import { pauseAfter } from '../../src/redis/connection.ts'
import { redis } from '../../src/redis/index.ts'
import { settingsOf } from '../../src/redis/target.ts'
import { parseRedisUrl, parseTarget } from '../../src/redis/url.ts'

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

  it('of Sentinel gives the sentinels, the name of the master, and what concerns the master', () => {
    expect(parseTarget('redis+sentinel://us%3Aer:p%40ss%2F@a.example,[::1]:5,127.0.0.1:6379/ma%20in/7')).toEqual({
      kind: 'sentinel',
      addresses: [
        { host: 'a.example', port: 26_379 },
        { host: '::1', port: 5 },
        { host: '127.0.0.1', port: 6379 },
      ],
      name: 'ma in',
      options: { username: 'us:er', password: 'p@ss/', db: 7 },
    })
    expect(parseTarget('rediss+sentinel://h/m')).toMatchObject({ options: { tls: {}, db: 0 }, name: 'm' })
  })

  it('of a Cluster gives nodes', () => {
    expect(parseTarget('rediss+cluster://:p%40ss@a.example,b.example:7000')).toEqual({
      kind: 'cluster',
      addresses: [
        { host: 'a.example', port: 6379 },
        { host: 'b.example', port: 7000 },
      ],
      name: undefined,
      options: { password: 'p@ss', db: 0, tls: {} },
    })
  })

  it.each([
    'http://u:hunter2@host',
    'redis+sentinel://u:hunter2@host:1,host:2',
    'redis+sentinel://u:hunter2@host:1/',
    'redis+sentinel://u:hunter2@host:1/m/hunter2',
    'redis+sentinel://u:hunter2@host:1,/m',
    'redis+sentinel://u:hunter2@host:1/hunter2%zz',
    'redis+cluster://u:hunter2@host:1/3',
    'redis+cluster://u:hunter2@host:1,u:hunter2@host:2,host:hunter2',
    'redis+cluster://u:hun/ter2@host:1',
    'redis+cluster://u:hun#ter2@host:1',
    'redis+cluster://',
    'redis+cluster:u:hunter2@host',
    'redis+tls://u:hunter2@host',
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

describe('options of Sentinel', () => {
  const sentinels = [{ host: 'a', port: 1 }]

  it('are those of ioredis, with TLS to the sentinels as to the master', () => {
    const { client, cluster } = settingsOf({
      url: 'rediss+sentinel://u:p@h:1/m/2',
      sentinels,
      sentinelPassword: 'q',
    })
    const { options } = client(() => 50)
    expect(cluster).toBeUndefined()
    expect(options).toMatchObject({ sentinels, name: 'm', db: 2, username: 'u', password: 'p', sentinelPassword: 'q' })
    expect(options).toMatchObject({ tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true })
    const plain = settingsOf({ sentinels, name: 'm', tls: true, sentinelTls: false }).client(() => 50).options
    expect(plain.tls).toEqual({})
    expect(plain.sentinelTLS).toBeUndefined()
  })

  it.each([
    { sentinels },
    { sentinels: [], name: 'm' },
    { sentinels: [{ host: '', port: 1 }], name: 'm' },
    { sentinels: [{ host: 'a', port: 0 }], name: 'm' },
    { sentinels, name: 'm', host: 'b' },
    { name: 'm' },
    { sentinelPassword: 'hunter2' },
    { natMap: {} },
  ])('are checked: %o', (options) => {
    const error = failure(() => redis(options))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).not.toContain('hunter2')
  })
})

describe('options of a Cluster', () => {
  const cluster = [{ host: 'a', port: 1 }]

  it('give the nodes and what all connections have in common', () => {
    const natMap = { 'a:1': { host: 'b', port: 2 } }
    const settings = settingsOf({ cluster, natMap, username: 'u', password: 'p', tls: true })
    expect(settings.cluster).toEqual({ seeds: cluster, natMap })
    const { options } = settings.client(() => 50, { host: 'c', port: 3 })
    expect(options).toMatchObject({ host: 'c', port: 3, username: 'u', password: 'p', tls: {}, db: 0 })
    expect(options).toMatchObject({ enableOfflineQueue: false, maxRetriesPerRequest: 0, keyPrefix: '' })
  })

  it.each([
    { cluster: [] },
    { cluster, db: 1 },
    { cluster, port: 1 },
    { cluster, sentinels: cluster, name: 'm' },
    { cluster, name: 'm' },
  ])('are checked: %o', (options) => {
    expect(failure(() => redis(options)).code).toBe('INVALID_ARGUMENT')
  })
})

describe('a client', () => {
  const given = { isCluster: true, status: 'wait', duplicate: () => ({}) }

  it('of a Cluster that finds its nodes in a way of its own is refused', () => {
    expect(failure(() => redis({ ...given, options: {} })).code).toBe('UNSUPPORTED')
    const bySrv = { ...given, startupNodes: ['a:1'], options: { useSRVRecords: true } }
    expect(failure(() => redis(bySrv)).code).toBe('UNSUPPORTED')
  })

  it('of a Cluster names its nodes in any of the forms of ioredis', () => {
    const natMap = {}
    const startupNodes = [7000, 'b.example:1', 'redis://u:p@c.example:2', { host: 'd', port: 3, password: 'q' }, '7001']
    const client = { ...given, startupNodes, options: { natMap, redisOptions: { password: 'r', db: 4 } } }
    const settings = settingsOf(client)
    expect(settings.cluster).toEqual({
      seeds: [
        { host: '127.0.0.1', port: 7000 },
        { host: 'b.example', port: 1 },
        { host: 'c.example', port: 2 },
        { host: 'd', port: 3 },
        { host: '127.0.0.1', port: 7001 },
      ],
      natMap,
    })
    const { options } = settings.client(() => 50, { host: 'e', port: 5 })
    expect(options).toMatchObject({ host: 'e', port: 5, password: 'r', db: 0 })
  })
})
