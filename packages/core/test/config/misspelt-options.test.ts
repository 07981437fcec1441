import { Redis } from 'ioredis'
import { describe, expect, it, test } from 'vitest'
import { createRedstart } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { redis } from '../../src/redis/index.ts'

/** What types forbid, and JavaScript passes. */
function any(options: object): never {
  return options as never
}

function refused(member: string, meant: string): object {
  return { code: 'INVALID_ARGUMENT', message: expect.stringMatching(`is "${member}"; .*did you mean ${meant}\\?$`) }
}

test.each([
  ['the top level', { deadlin: 100 }, 'deadlin', 'deadline'],
  ['defaults', { defaults: { tll: 1 } }, 'tll', 'ttl'],
  ['a namespace', { namespaces: { menu: { stales: 1 } } }, 'stales', 'stale'],
  ['the admission of a namespace', { namespaces: { menu: { admission: { minHit: 1 } } } }, 'minHit', 'minHits'],
  ['the compression of all', { defaults: { compression: { treshold: 1 } } }, 'treshold', 'threshold'],
  ['l1', { l1: { maxEntrys: 1 } }, 'maxEntrys', 'maxEntries'],
  ['the l1 of a namespace', { namespaces: { menu: { l1: { maxByte: 1 } } } }, 'maxByte', 'maxBytes'],
  ['slow', { slow: { loads: 1 } }, 'loads', 'load'],
])('a misspelt option of createRedstart is refused: in %s', (_, options, member, meant) => {
  expect(() => createRedstart(any(options))).toThrow(expect.objectContaining(refused(member, meant)))
})

const { cache, warmers, invalidateAfterCommit } = createRedstart()

describe('a misspelt option is refused', () => {
  test.each<[string, () => Promise<unknown>, string, string]>([
    ['getOrSet', () => cache.getOrSet('k', () => 1, any({ tagz: [] })), 'tagz', 'tags'],
    [
      'getOrSet of a namespace',
      () => cache.namespace('n').getOrSet('k', () => 1, any({ jiter: 1 })),
      'jiter',
      'jitter',
    ],
    ['getOrSet of a tenant', () => cache.tenant('t').getOrSet('k', () => 1, any({ Ttl: 1 })), 'Ttl', 'ttl'],
    ['set', () => cache.set('k', 1, any({ tag: [] })), 'tag', 'tags'],
    ['setMany', () => cache.setMany([['k', 1]], any({ vesion: 1 })), 'vesion', 'version'],
    ['touch', () => cache.touch('k', any({ tttl: 1 })), 'tttl', 'ttl'],
    ['purge', () => cache.purge(any({ match: 'a:*', namespaces: 'a' })), 'namespaces', 'namespace'],
    ['purge, in its options', () => cache.purge({ match: 'a:*' }, any({ bach: 1 })), 'bach', 'batch'],
    ['a run of a warmer', () => runOf(any({ onprogres: () => 1 })), 'onprogres', 'onProgress'],
    [
      'invalidateAfterCommit',
      () => invalidateAfterCommit(() => 1, any({ onReched: () => 1 })),
      'onReched',
      'onReached',
    ],
  ])('by %s, as a rejection', async (_, call, member, meant) => {
    await expect(call()).rejects.toMatchObject(refused(member, meant))
  })

  test.each<[string, () => unknown, string, string]>([
    ['define', () => cache.define('a', any({ key: () => 1, argumentTag: [] }), () => 1), 'argumentTag', 'argumentTags'],
    ['cached', () => cache.cached('b', any({ loadTimout: 1 }), () => 1), 'loadTimout', 'loadTimeout'],
    ['keys', () => cache.keys(any({ mach: '*' })), 'mach', 'match'],
    ['register', () => warmers.register('w', any({ items: [], warm: () => 1, evry: 1 })), 'evry', 'every'],
    ['memory()', () => memory(any({ maxEntrie: 1 })), 'maxEntrie', 'maxEntries'],
    ['redis()', () => redis(any({ prot: 6379 })), 'prot', 'port'],
    ['the breaker of redis()', () => redis({ breaker: any({ failure: 1 }) }), 'failure', 'failures'],
  ])('by %s', (_, call, member, meant) => {
    expect(call).toThrow(expect.objectContaining(refused(member, meant)))
  })
})

async function runOf(options: never): Promise<unknown> {
  const stop = warmers.register('run', { items: [1], warm: () => 1 })
  return warmers.run('run', options).finally(stop)
}

it('names all that there are where none is near', async () => {
  await expect(cache.set('k', 1, any({ lifetimeOfIt: 1 }))).rejects.toThrow(/expected one of ttl, stale, .*[^?]$/)
})

it('takes what only the prototype of the options has, and a hit in memory looks at none', async () => {
  const options = Object.assign(Object.create({ more: 1 }) as object, { ttl: 60_000 })
  for (let read = 0; read < 3; read++) expect(await cache.getOrSet('menu:1', () => 1, options)).toBe(1)
  expect(await cache.getOrSet('menu:1', () => 2, any({ unknown: 1 }))).toBe(1)
})

it('redis() takes what is made for ioredis: its options, a client, and options of TLS as they are', () => {
  expect(() => redis(any({ host: 'h', port: 1, family: 4, keyPrefix: 'x', maxRetriesPerRequest: null }))).not.toThrow()
  expect(() => redis({ tls: { servername: 'h', ALPNProtocols: ['x'] } })).not.toThrow()
  const client = new Redis({ lazyConnect: true, keyPrefix: 'x' })
  expect(() => redis(client)).not.toThrow()
  expect(() => redis(any({ ...client.options }))).not.toThrow(/a member of/)
  client.disconnect()
})
