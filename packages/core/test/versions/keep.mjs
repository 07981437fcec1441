import { valueOf } from './notation.mjs'
import { SAMPLES } from './samples.mjs'

/**
 * Writes everything that a release writes into Redis, and keeps it as Redis dumps it.
 *
 * @import { Redis } from 'ioredis'
 * @import { Backend, CacheStore, createRedstart, GetOrSetOptions, systemClock } from '@redstart/core'
 * @import { Notation } from './notation.mjs'
 *
 * @typedef {{ key: string, ttl: number, dump: string }} Kept A key, its lifetime in ms, and its `DUMP` in base64.
 * @typedef {'hit' | 'stale' | 'invalidated'} Expected What a read of an entry must come to.
 * @typedef {Kept & { path: string, what: string, expected: Expected, value: Notation, version?: number | string }} KeptEntry
 * @typedef {Kept & { path: string, what: string, failures: number }} KeptClaim How many loads had failed in a row.
 * @typedef {{ name: string, entries: KeptEntry[], claims: KeptClaim[], meta: Kept }} Fixture An app with all its keys.
 * @typedef {{ createRedstart: typeof createRedstart, systemClock: typeof systemClock, backend: (markers?: number) => Backend }} Release
 */

const SECOND = 1000

/** The longest that there is: fixtures are read for years. */
const LIFETIME = '3650d'
const LIFETIME_MS = 3650 * 86_400_000

/**
 * Every kind of key, in five apps.
 *
 * @param {Release} release
 * @param {Redis} client of an empty server that the release's backend is on as well.
 * @returns {Promise<Fixture[]>}
 */
export async function keepAll(release, client) {
  const fixtures = [
    await keepValues(release, client),
    await keepMarkers(release, client),
    await keepFloor(release, client),
    await keepFloors(release, client),
    await keepClaims(release, client),
  ]
  const kept = new Set(
    fixtures.flatMap(({ entries, claims, meta }) => [meta.key, ...[...entries, ...claims].map(({ key }) => key)]),
  )
  const forgotten = (await client.keys('*')).filter((key) => !kept.has(key))
  if (forgotten.length > 0) throw new Error(`this release writes keys that are not kept: ${forgotten.join()}`)
  return fixtures
}

/** @param {Release} release @param {Redis} client */
async function keepValues(release, client) {
  const app = open(release, client, 'values')
  for (const { path, what, value, ...options } of SAMPLES) await app.load(path, what, 'hit', value, options)
  await app.load('stale:1', 'an entry past its ttl, within its stale time', 'stale', 'old', { ttl: 1, stale: LIFETIME })
  return app.end()
}

/** @param {Release} release @param {Redis} client */
async function keepMarkers(release, client) {
  const app = open(release, client, 'markers')
  const { invalidate } = app
  await app.load('menu:hard', 'an entry whose tag was invalidated', 'invalidated', 1, { tags: ['quiet', 'hard'] })
  await app.load('menu:soft', 'an entry whose tag was invalidated lazily', 'stale', 2, { tags: ['soft'] })
  await app.load('menu:passed', 'one of which a deadline has passed since', 'invalidated', 3, { tags: ['passed'] })
  await app.load('menu:ahead', 'one of which a deadline is years away', 'stale', 4, { tags: ['ahead'] })
  await app.load('menu:key', 'an entry that was invalidated by its key', 'invalidated', 5)
  await app.load('menu:part:1', 'an entry under a prefix', 'invalidated', 6)
  await app.load('menu:parts:1', 'an entry beside that prefix', 'hit', 7)
  await app.load('room:1', 'an entry of a namespace', 'invalidated', 8)
  await app.load('rooms:1', 'an entry beside that namespace', 'hit', 9)
  await app.load('menu:both', 'one invalidated, then lazily', 'invalidated', 10, { tags: ['both'] })
  await app.load('menu:turned', 'one invalidated lazily, then at once', 'invalidated', 11, { tags: ['turned'] })
  await app.loadParent('menu:parent', 'menu:hard')
  await invalidate({ tags: ['both'] })
  await app.load('menu:between', 'one loaded between the two', 'stale', 12, { tags: ['both'] })
  await invalidate({ tags: ['hard'] })
  await invalidate({ tags: ['soft', 'both', 'turned'] }, { strategy: 'lazy' })
  await invalidate({ tags: ['turned'], keys: ['menu:key'], namespace: 'room', prefix: 'menu:part:' })
  await app.raiseUntil('t:passed', 0)
  await app.raiseUntil('t:ahead', LIFETIME_MS)
  await app.load('menu:many', 'one whose tag was invalidated among many', 'invalidated', 15, { tags: ['many-199'] })
  // So many fields that Redis keeps the hash in another form.
  await invalidate({ tags: Array.from({ length: 200 }, (_, n) => `many-${n}`) })
  await app.load('menu:again', 'one loaded after all of that', 'hit', 13, { tags: ['hard', 'soft', 'both', 'ahead'] })
  await app.load('menu:untouched', 'one with a tag of its own', 'hit', 14, { tags: ['quiet'] })
  return app.end()
}

/** More markers than are remembered. @param {Release} release @param {Redis} client */
async function keepFloor(release, client) {
  const app = open(release, client, 'floor', 3)
  await app.load('menu:old', 'an entry below the floor', 'invalidated', 1, { tags: ['old'] })
  for (let n = 0; n < 8; n += 1) await app.invalidate({ tags: [`many-${n}`] })
  await app.load('menu:young', 'an entry above the floor', 'hit', 2, { tags: ['many-7'] })
  await app.load('menu:last', 'one above the floor whose tag was invalidated', 'invalidated', 3, { tags: ['last'] })
  await app.invalidate({ tags: ['last'] })
  return app.end()
}

/** More markers of keys and prefixes. @param {Release} release @param {Redis} client */
async function keepFloors(release, client) {
  const app = open(release, client, 'floors', 3)
  await app.load('part:old', 'an entry below the floor of its namespace', 'invalidated', 4)
  await app.load('room:beside', 'an entry of a namespace beside that', 'hit', 5)
  await app.loadParent('page:parts', 'part:old')
  for (let n = 0; n < 4; n += 1) await app.invalidate({ keys: [`part:${n}`], prefix: `shelf:${n}:` })
  await app.load('part:young', 'an entry above the floor of its namespace', 'hit', 6)
  return app.end()
}

/** Who loads what, or that it failed. @param {Release} release @param {Redis} client */
async function keepClaims(release, client) {
  const app = open(release, client, 'claims')
  await app.load('menu:1', 'an entry beside claims', 'hit', 1)
  await app.claim('menu:held', 'a claim that is held', 0)
  await app.claim('menu:failed', 'a pause after a failure', 1)
  await app.claim('menu:again', 'a pause after a third failure in a row', 3)
  return app.end()
}

/**
 * An app in the making.
 *
 * @param {Release} release @param {Redis} client @param {string} name @param {number} [markers] that it remembers.
 */
function open({ createRedstart, systemClock, backend }, client, name, markers) {
  const { cache, invalidate, close } = createRedstart({
    app: name,
    backend: backend(markers),
    consistency: 'strict',
    deadline: '5s',
  })
  /** Below the cache, whose own invalidations never have a deadline. @type {CacheStore} */
  const store = backend(markers).cache({ app: name, clock: systemClock() })
  const meta = `{${name}}:meta`
  /** @type {KeptEntry[]} */
  const entries = []
  /** @type {KeptClaim[]} */
  const claims = []

  /**
   * Dumped at once, since an invalidation may delete it.
   *
   * @param {string} path @param {string} what @param {Expected} expected @param {Notation} value
   * @param {number | string} [version]
   */
  async function keepEntry(path, what, expected, value, version) {
    const shape = version === undefined ? {} : { version }
    entries.push({ path, what, expected, value, ...shape, ...(await dump(client, `${name}:${path}`)) })
  }

  return {
    invalidate,
    /** @param {string} path @param {string} what @param {Expected} expected @param {Notation} value @param {GetOrSetOptions<unknown>} [options] */
    async load(path, what, expected, value, options) {
      await cache.getOrSet(path, () => valueOf(value), { ttl: LIFETIME, ...options })
      await keepEntry(path, what, expected, value, options?.version)
    },
    /** The claim of a load, after so many that failed. @param {string} path @param {string} what @param {number} failures */
    async claim(path, what, failures) {
      const claim = { path, token: '0123456789abcdef'.repeat(2), ttl: 10 * SECOND, patient: false }
      await store.claim(claim, 5000)
      for (let n = 0; n < failures; n += 1) {
        await store.claim(claim, 5000)
        await store.release({ ...claim, pause: SECOND }, 5000)
      }
      claims.push({ path, what, failures, ...(await dump(client, `${name}:!lease:${path}`)) })
    },
    /** What a load reads, it depends on. @param {string} path @param {string} child */
    async loadParent(path, child) {
      const load = () => cache.getOrSet(child, () => Promise.reject(new Error(`${child} is not there`)))
      const value = await cache.getOrSet(path, load, { ttl: LIFETIME })
      await keepEntry(path, `one that was made of ${child}`, 'invalidated', value)
    },
    /** A lazy invalidation that counts as one at once after so many ms. @param {string} tag @param {number} ms */
    async raiseUntil(tag, ms) {
      const [seconds = 0] = await client.time()
      const question = { candidate: '0'.repeat(32), keep: LIFETIME_MS }
      await store.invalidate(
        { names: [tag], kind: 'soft', deadline: seconds * 1000 + ms, unlink: [], ...question },
        5000,
      )
    },
    /** @returns {Promise<Fixture>} */
    async end() {
      await Promise.all([close(), store.close()])
      return { name, entries, claims, meta: await dump(client, meta) }
    },
  }
}

/** @param {Redis} client @param {string} key @returns {Promise<Kept>} */
async function dump(client, key) {
  const [ttl, bytes] = await Promise.all([client.pttl(key), client.dumpBuffer(key)])
  if (bytes === null || ttl <= 0) throw new Error(`there is no ${key} with a lifetime`)
  return { key, ttl, dump: bytes.toString('base64') }
}
