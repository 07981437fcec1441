import { describe, expect, it } from 'vitest'
import { readRedisUrl } from '../../src/config/redis-config.ts'
import type { RedisConfig } from '../../src/index.ts'
import { validateConfig } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { parseTarget } from '../../src/redis/url.ts'

/** Wrong ones among them. */
const SCHEMES = [
  'redis:',
  'rediss:',
  'REDIS:',
  'redis+sentinel:',
  'rediss+sentinel:',
  'redis+cluster:',
  'redis+tls:',
  'http:',
  '',
]
const SIGN_INS = ['', 'u:p@', ':p%40@', 'u@', 'u:p%zz@', 'u:p@w@', 'u:p#@', 'u:p/w@']
const HOSTS = [
  'h',
  'h:6379',
  'h:0',
  'h:99999',
  'h:x',
  '[::1]:5',
  '[::1',
  'a,b',
  'a:1,b:2',
  'a,',
  ',a',
  'a b',
  'h%zz',
  '',
]
const TAILS = [
  '',
  '/',
  '/0',
  '/00',
  '/3',
  '/123456',
  '/main',
  '/main/',
  '/main/2',
  '/ma%zz',
  '/a/b',
  '?family=4',
  '/0?family=5',
  '/?x=1',
  '#x',
  '/main?family=0',
]

const URLS = SCHEMES.flatMap((scheme) =>
  SIGN_INS.flatMap((signIn) => HOSTS.flatMap((host) => TAILS.map((tail) => `${scheme}//${signIn}${host}${tail}`))),
)

describe('a Redis URL', () => {
  it('is allowed in a configuration exactly if redis() takes it, and means the same', () => {
    const read = URLS.map((url) => ({ url, ...readRedisUrl(url) }))
    expect(read).toEqual(URLS.map((url) => ({ url, ...asRedisReads(url) })))
    const allowed = read.filter(({ kind }) => kind !== undefined)
    expect(allowed.length).toBeGreaterThan(500)
    expect(read.length - allowed.length).toBeGreaterThan(500)
  })
})

function asRedisReads(url: string): object {
  try {
    const { kind, options } = parseTarget(url)
    return { kind, secure: options.tls !== undefined }
  } catch {
    return {}
  }
}

const ONE: Required<Omit<RedisConfig, 'url'>> = {
  host: 'h',
  port: 1,
  username: 'u',
  password: 'p',
  db: 1,
  tls: true,
  poolSize: 2,
  connectTimeout: '1s',
  markers: 10,
  connectionName: 'shop',
}

describe('options of Redis', () => {
  it.each<[string, RedisConfig]>([
    ['one server', ONE],
    ['a server with everything beside its URL', { ...ONE, url: 'redis://other' }],
    ['TLS over a URL without', { url: 'redis://h', tls: true }],
    ['a Cluster', { url: 'rediss+cluster://a,b', db: 0, password: 'p' }],
    ['a master', { url: 'redis+sentinel://a,b/main', db: 3 }],
  ])('are taken by both: %s', (_, options) => {
    expect(validateConfig({ redis: options })).toMatchObject({ valid: true, config: { redis: options } })
    expect(redis(options).name).toBe('redis')
  })

  it.each<[string, RedisConfig]>([
    ['a host beside a Cluster', { url: 'redis+cluster://a', host: 'h' }],
    ['a port beside a master', { url: 'redis+sentinel://a/main', port: 1 }],
    ['a database of a Cluster', { url: 'redis+cluster://a', db: 1 }],
    ['a pool of 65', { poolSize: 65 }],
    ['port 0', { port: 0 }],
    ['database -1', { db: -1 }],
    ['no markers', { markers: 0 }],
    ['no time', { connectTimeout: 0 }],
  ])('are refused by both: %s', (_, options) => {
    expect(validateConfig({ redis: options })).toMatchObject({ valid: false })
    expect(() => redis(options)).toThrow('redis: ')
  })
})
