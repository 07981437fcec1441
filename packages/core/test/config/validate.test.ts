import { manualClock } from '@redstart/testing'
import { describe, expect, it } from 'vitest'
import { NAMESPACE_FIELDS } from '../../src/config/instance-fields.ts'
import { SESSIONS_FIELDS } from '../../src/config/session-fields.ts'
import { type Config, configFromEnv, createRedstart, presets, readConfig, validateConfig } from '../../src/index.ts'
import { linesOf } from './thrown.ts'

/** As it stands in a file. */
const FILE = `{
  "redstart": {
    "app": "shop",
    "maxStaleness": "2s",
    "consistency": "strict",
    "coherence": "markers",
    "deadline": "500ms",
    "outage": "serve",
    "l1": { "maxEntries": 500, "maxBytes": 1048576 },
    "slow": { "operation": "20ms", "load": "2s", "key": "1ms", "keep": 5 },
    "defaults": {
      "ttl": "10m", "stale": "1h", "staleWhileRevalidate": false, "loadTimeout": "5s", "softTimeout": "1s",
      "jitter": 0.2, "earlyRefresh": "xfetch", "negativeTtl": "30s", "errorTtl": "1s", "backOff": "2s", "lease": true,
      "admission": { "minCostMs": 5, "minHits": 2 },
      "serializer": "msgpack",
      "compression": { "threshold": 2048, "algorithm": "brotli", "level": 5 },
      "maxValueBytes": 1000000, "version": "2", "foreignJson": false
    },
    "namespaces": { "menu": { "ttl": "1h", "l1": { "maxEntries": 10 } } },
    "sessions": {
      "namespace": "web", "idle": "30m", "absolute": "12h", "remember": { "idle": "7d", "absolute": "30d" },
      "touchAfter": "30s", "rotateEvery": "1h", "grace": "10s", "onReuse": "revoke",
      "limit": { "max": 5, "onExceed": "reject" }, "anonymousLimit": { "max": 10, "window": "1m" },
      "binding": { "ip": "step-up", "userAgent": "revoke" }, "durability": { "replicas": 1, "within": "50ms" },
      "version": 2, "conflicts": "strict", "preLogin": ["returnTo"], "unavailable": "anonymous", "deadline": "1s",
      "updateTimeout": "5s"
    },
    "keys": ["${'k'.repeat(32)}"]
  },
  "redis": { "url": "redis://localhost" },
  "limits": { "api": { "limit": 1000, "window": "1h" }, "login": { "limit": 5, "window": "1m" } },
  "warming": { "enabled": true, "interval": "30m" }
}`

describe('a configuration from a file', () => {
  it('is taken with everything that there is', () => {
    const file: unknown = JSON.parse(FILE)
    const config = readConfig(file)
    expect(config).toMatchObject({
      ...(file as object),
      redstart: {
        ...(file as { redstart: object }).redstart,
        keys: [Buffer.from('k'.repeat(32)).toString('base64url')],
      },
    })
    expect(Object.keys(config.redstart.defaults ?? {}).sort()).toEqual(Object.keys(NAMESPACE_FIELDS).sort())
    expect(Object.keys(config.redstart.sessions ?? {}).sort()).toEqual(Object.keys(SESSIONS_FIELDS).sort())
    expect(() => createRedstart(config.redstart)).not.toThrow()
  })

  it('may leave everything out', () => {
    expect(readConfig({})).toEqual({ redstart: {}, limits: {}, warming: {} })
  })

  it('stays what it is when it is read again, and shares nothing with what was given', () => {
    const file = JSON.parse(FILE) as Config // as it is written above
    const config = readConfig(file)
    expect(readConfig(config)).toEqual(config)
    expect(config.redstart.defaults).not.toBe(file.redstart.defaults)
    expect(readConfig(configFromEnv({ REDIS_DB: '3' })).redis).toEqual({ db: 3 })
  })

  it.each(Object.entries(presets))('may be the preset %s', (_, preset) => {
    expect(readConfig({ redstart: preset }).redstart).toEqual(preset)
  })

  it('tells everything that is wrong, each with its path', () => {
    const config = {
      redstart: {
        app: 'my app',
        defaults: { ttl: '5 m', jitter: 2, compression: { level: 10 }, admission: { minHit: 2 } },
        namespaces: { menu: { ttl: 0, l1: { maxEntries: 0 } }, 'a b': {} },
        l1: { maxBytes: -1, maxEntries: 1.5 },
        outage: 'fail',
        sessions: { idle: '5 m', limit: { max: 0 }, binding: { device: 'log' }, schema: {} },
        keys: ['hunter2'],
      },
      redis: { url: 'redis://:hunter2@h:x', password: 5150, hots: 'h' },
      limits: { api: { limit: 10 } },
      cache: {},
    }
    expect(validateConfig(config)).toEqual({ valid: false, problems: expect.any(Array) })
    const lines = linesOf(() => readConfig(config))
    expect(
      lines.map((line) => line.replace(/expected (one of |a duration|redis:|a list|1 to 64).*$/, 'expected $1')),
    ).toEqual([
      'redstart.app is "my app"; expected 1 to 64',
      'redstart.defaults.ttl is "5 m"; expected a duration',
      'redstart.defaults.jitter is 2; expected a number from 0 to 1',
      'redstart.defaults.compression.level is 10; expected a whole number of 1 to 9 for gzip',
      'redstart.defaults.admission.minHit is not known; did you mean minHits?',
      'redstart.namespaces.menu.ttl is 0; expected a duration',
      'redstart.namespaces.menu.l1.maxEntries is 0; expected a whole number of at least 1 and at most 10000000',
      'redstart.namespaces is "a b"; expected 1 to 64',
      'redstart.l1.maxBytes is -1; expected a whole number of at least 1 and at most 9007199254740991',
      'redstart.l1.maxEntries is 1.5; expected a whole number of at least 1 and at most 10000000',
      "redstart.outage is \"fail\"; expected 'load' or 'serve'",
      'redstart.sessions.idle is "5 m"; expected a duration',
      'redstart.sessions.limit.max is 0; expected a whole number of 1 to 1000',
      'redstart.sessions.binding.device is not known; expected one of ',
      'redstart.sessions.schema is not known; expected one of ',
      'redstart.keys is not allowed; expected a list',
      'redis.url is not allowed; expected redis:',
      'redis.password is not allowed; expected text',
      'redis.hots is not known; did you mean host?',
      'limits.api.window is missing; a limit has both limit and window',
      'cache is not known; expected one of ',
    ])
    expect(lines.join()).not.toMatch(/hunter2|5150/)
  })

  it.each([null, undefined, 5, 'redis://h', [], true])('is not %j', (config) => {
    expect(validateConfig(config)).toMatchObject({ valid: false, problems: [{ path: 'the configuration' }] })
  })

  it.each(['redstart', 'redis', 'limits', 'warming'])('has an object as %s', (part) => {
    for (const value of [null, 5, []]) {
      expect(validateConfig({ [part]: value })).toMatchObject({
        valid: false,
        problems: [{ path: part, problem: expect.stringMatching(/^is .*; expected an object$/) }],
      })
    }
  })

  it('cannot be made to have fields that no type has', () => {
    for (const text of [
      '{"__proto__":{"redis":{}}}',
      '{"redstart":{"namespaces":{"__proto__":{}}}}',
      '{"redstart":{"constructor":1}}',
    ])
      expect(validateConfig(JSON.parse(text))).toMatchObject({ valid: false })
  })
})

describe('an option of an instance', () => {
  it.each([
    ['app', 'my app'],
    ['maxStaleness', 0],
    ['deadline', '5 s'],
    ['consistency', 'loose'],
    ['coherence', 'none'],
    ['outage', 'fail'],
    ['l1', { maxEntries: 0 }],
    ['slow', { keep: 0 }],
    ['defaults', { ttl: 0 }],
    ['defaults', { earlyRefresh: 2 }],
    ['namespaces', { menu: { version: 0 } }],
  ])('is refused in the words of createRedstart: %s %j', (name, value) => {
    const [line = ''] = linesOf(() => readConfig({ redstart: { [name]: value } }))
    const expected = line.slice(line.indexOf(' is '))
    expect(() => createRedstart({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(expected) }),
    )
  })
})

describe('namespaces from a configuration', () => {
  const TTLS = { menu: 3600, analytics: 300, inventory: 600, staff: 1800, orders: 300, promotions: 600, session: 1800 }

  it.each(Object.entries(TTLS))('%s lives for %d seconds', async (namespace, seconds) => {
    const namespaces = Object.fromEntries(Object.entries(TTLS).map(([name, ttl]) => [name, { ttl: `${ttl}s` }]))
    const { redstart } = readConfig({ redstart: { namespaces } })
    const { cache, close } = createRedstart({ ...redstart, clock: manualClock(1000) })
    await cache.set(`${namespace}:1`, 'kept')
    expect(await cache.ttl(`${namespace}:1`)).toEqual({ fresh: seconds * 1000, stale: seconds * 1000 })
    await close()
  })
})
