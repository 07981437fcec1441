import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configFromEnv, presets } from '../../src/index.ts'
import { linesOf } from './thrown.ts'

describe('precedence', () => {
  it('is code, the prefix, the plain name, the base', () => {
    const base = { defaults: { ttl: '4s', stale: '4s' } } as const
    const plain = { CACHE_DEFAULT_TTL: '3' }
    const both = { ...plain, REDSTART_CACHE_DEFAULT_TTL: '2' }
    const ttl = (env: Record<string, string>): unknown => configFromEnv(env, { base }).redstart.defaults
    expect(ttl({})).toEqual({ ttl: '4s', stale: '4s' })
    expect(ttl(plain)).toEqual({ ttl: '3s', stale: '4s' })
    expect(ttl(both)).toEqual({ ttl: '2s', stale: '4s' })
    const inCode = { ...configFromEnv({ REDSTART_APP: 'from-env' }).redstart, app: 'from-code' }
    expect(inCode).toEqual({ app: 'from-code' })
  })

  it('of two names for one thing is the order of the list, the prefix before it', () => {
    const { redstart, redis } = configFromEnv({
      CACHE_TTL: '1',
      CACHE_DEFAULT_TTL: '2',
      REDIS_MAX_CONNECTIONS: '3',
      REDIS_POOL_SIZE: '4',
      CACHE_KEY_PREFIX: 'plain',
      REDSTART_APP: 'own',
    })
    expect(redstart).toEqual({ app: 'own', defaults: { ttl: '2s' } })
    expect(redis).toEqual({ poolSize: 4 })
    expect(configFromEnv({ CACHE_DEFAULT_TTL: '2', REDSTART_CACHE_TTL: '1' }).redstart.defaults).toEqual({ ttl: '1s' })
  })

  it('hands URL and parts on together: redis() lets the parts go before what the URL says', () => {
    const parts = { REDIS_HOST: 'other', REDIS_PORT: '7', REDIS_DB: '2', REDIS_PASSWORD: 'pw', REDIS_SSL: 'true' }
    expect(configFromEnv({ REDIS_URL: 'redis://h:1/0', ...parts }).redis).toEqual({
      url: 'redis://h:1/0',
      host: 'other',
      port: 7,
      db: 2,
      password: 'pw',
      tls: true,
    })
  })

  it('does not mix a URL with the prefix and parts without', () => {
    const stray = { REDIS_HOST: 'other', REDIS_PORT: 'tcp://10.0.0.1:6379', REDIS_PASSWORD: 'pw', REDIS_TIMEOUT: '3' }
    expect(configFromEnv({ REDSTART_REDIS_URL: 'redis://h', REDSTART_REDIS_DB: '4', ...stray }).redis).toEqual({
      url: 'redis://h',
      db: 4,
      connectTimeout: '3s',
    })
  })

  it('does not look at what another variable goes before', () => {
    expect(configFromEnv({ REDIS_PORT: 'tcp://10.0.0.1:6379', REDSTART_REDIS_PORT: '7' }).redis).toEqual({ port: 7 })
  })

  it('lets what turns compression off go before its threshold', () => {
    const threshold = { CACHE_COMPRESSION_THRESHOLD: '500' }
    const compression = (env: Record<string, string>, base = {}): unknown =>
      configFromEnv({ ...threshold, ...env }, { base }).redstart.defaults?.compression
    expect(compression({ CACHE_COMPRESSION: 'false' })).toBe(false)
    expect(compression({ CACHE_COMPRESSION: 'true' })).toEqual({ threshold: 500 })
    expect(compression({}, { defaults: { compression: false } })).toEqual({ threshold: 500 })
    expect(compression({}, { defaults: { compression: { level: 9 } } })).toEqual({ threshold: 500, level: 9 })
  })

  it('leaves the base as it is', () => {
    const { redstart } = configFromEnv({ MAX_CACHE_SIZE_MB: '1' }, { base: presets.production })
    expect(redstart).toEqual({ ...presets.production, l1: { maxEntries: 50_000, maxBytes: 1_048_576 } })
    expect(presets.production.l1?.maxBytes).toBe(268_435_456)
  })
})

describe('values', () => {
  it.each([
    [['true', 'TRUE', 'yes', 'on', '1', ' true '], true],
    [['false', 'no', 'Off', '0'], false],
  ])('%j are %s', (words, expected) => {
    for (const word of words) expect(configFromEnv({ CACHE_WARMING_ENABLED: word }).warming.enabled).toBe(expected)
  })

  it('may be durations with their unit', () => {
    const { redstart } = configFromEnv({
      CACHE_TTL: '5m',
      SESSION_TIMEOUT_MINUTES: '2h',
      DB_CACHE_TTL_SECONDS: '0.5',
    })
    expect(redstart).toEqual({
      defaults: { ttl: '5m' },
      namespaces: { db: { ttl: '0.5s' } },
      sessions: { idle: '2h' },
    })
  })

  it('may be a prefix of keys with its colon', () => {
    expect(configFromEnv({ CACHE_KEY_PREFIX: 'shop:' }).redstart.app).toBe('shop')
  })

  it('keep the blanks of a password', () => {
    expect(configFromEnv({ REDIS_PASSWORD: ' p w ' }).redis?.password).toBe(' p w ')
  })

  it('may be keys of several forms, and several of them', () => {
    const bytes = Buffer.from('0123456789abcdef0123456789ABCDE/')
    const forms = [
      bytes.toString('latin1'),
      bytes.toString('hex'),
      bytes.toString('base64'),
      bytes.toString('base64url'),
    ]
    const key = bytes.toString('base64url')
    for (const form of forms) expect(configFromEnv({ SESSION_ENCRYPTION_KEY: form }).redstart.keys).toEqual([key])
    expect(configFromEnv({ SESSION_ENCRYPTION_KEY: forms.join(', ') }).redstart.keys).toEqual([key, key, key, key])
  })
})

describe('what is wrong', () => {
  it.each<[string, Record<string, string>]>([
    ['a password in the URL', { REDIS_URL: 'redis://u:hunter2@h:port' }],
    ['a URL where a host belongs', { REDIS_HOST: 'redis://u:hunter2@h' }],
    ['a URL where a port belongs', { REDIS_PORT: 'redis://u:hunter2@h' }],
    ['one of several keys', { SESSION_ENCRYPTION_KEY: `${'k'.repeat(32)},hunter2` }],
    ['a misspelt name', { REDSTART_REDIS_PASWORD: 'hunter2' }],
  ])('is told without the secret: %s', (_, env) => {
    expect(linesOf(() => configFromEnv(env)).join()).not.toContain('hunter2')
  })

  it('is told of settings that do not go together', () => {
    expect(linesOf(() => configFromEnv({ REDIS_URL: 'rediss://h', REDIS_SSL: 'false' }))).toEqual([
      'REDIS_SSL turns TLS off, and the URL begins with rediss, which turns it on: change one of them',
    ])
    expect(linesOf(() => configFromEnv({ REDIS_URL: 'redis+cluster://h', REDIS_HOST: 'h', REDIS_DB: '1' }))).toEqual([
      'REDIS_HOST goes with one server, and the URL is of a cluster: leave it out',
      'REDIS_DB is not 0, which is the only database of a Cluster: leave it out',
    ])
  })

  it('is told of a session that could be idle for longer than it may live, by whoever said so', () => {
    const week = { SESSION_TIMEOUT_MINUTES: '10080' }
    expect(linesOf(() => configFromEnv(week))).toEqual([
      'SESSION_TIMEOUT_MINUTES is "10080m"; expected at most sessions.absolute, 24h',
    ])
    const base = { sessions: { absolute: '30d', limit: { onExceed: 'reject' } } } as const
    expect(configFromEnv({ ...week, MAX_SESSIONS_PER_USER: '3' }, { base }).redstart.sessions).toEqual({
      absolute: '30d',
      idle: '10080m',
      limit: { max: 3, onExceed: 'reject' },
    })
  })

  it('is explained where Kubernetes did it', () => {
    expect(linesOf(() => configFromEnv({ REDIS_PORT: 'tcp://10.0.0.1:6379' }))).toEqual([
      'REDIS_PORT is "tcp://10.0.0.1:6379"; expected a whole number of 1 to 65535 (Kubernetes sets it for a service; turn enableServiceLinks off)',
    ])
  })

  it('may be in the base', () => {
    const base: never = { defaults: { tll: '1m' } } as never // a checked program cannot write it
    expect(linesOf(() => configFromEnv({}, { base }))[0]).toBe('redstart.defaults.tll is not known; did you mean ttl?')
  })

  it.each([
    ['env', () => configFromEnv(null as never)],
    ['prefix', () => configFromEnv({}, { prefix: 5 as never })],
    ['prefix', () => configFromEnv({}, { prefix: '' })],
    ['base', () => configFromEnv({}, { base: 'production' as never })],
  ])('may be the argument %s', (name, act) => {
    expect(act).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(`^${name} is `) }),
    )
  })
})

describe('a name that is not known', () => {
  const warnings: string[] = []
  const listen = (warning: Error): void => void warnings.push(`${warning.name}: ${warning.message}`)

  beforeEach(() => {
    warnings.length = 0
    process.on('warning', listen)
  })
  afterEach(() => void process.off('warning', listen))

  it.each([
    ['REDSTART_REDIS_ULR', 'REDSTART_REDIS_URL'],
    ['REDSTART_CACHE_DEFUALT_TTL', 'REDSTART_CACHE_DEFAULT_TTL'],
    ['REDSTART_max_staleness', 'REDSTART_MAX_STALENESS'],
  ])('is an error where it is nearly one: %s', (name, meant) => {
    expect(linesOf(() => configFromEnv({ [name]: 'x' }))).toEqual([`${name} is not known; did you mean ${meant}?`])
  })

  it('is an error with a prefix of one’s own, too', () => {
    expect(linesOf(() => configFromEnv({ SHOP_CACHE_TLL: '5' }, { prefix: 'SHOP_' }))).toEqual([
      'SHOP_CACHE_TLL is not known; did you mean SHOP_CACHE_TTL?',
    ])
  })

  it('is a warning elsewhere, and nothing with a prefix of one’s own', async () => {
    configFromEnv({ REDSTART_COLOUR: 'red', REDSTART_APP: 'shop', COLOUR: 'red' })
    configFromEnv({ SHOP_COLOUR: 'red', SHOP_API: 'x' }, { prefix: 'SHOP_' })
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings).toEqual(['RedstartWarning: REDSTART_COLOUR: configFromEnv() knows no variable of that name'])
  })
})
