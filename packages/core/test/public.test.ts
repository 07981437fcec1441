import { describe, expect, it } from 'vitest'

/** What each entry point gives at run time. A name that comes or goes is a decision, written here. */
const ENTRY_POINTS = {
  '@redstart/core': [
    'RedstartError',
    'cacheAside',
    'checkKey',
    'concurrency',
    'configFromEnv',
    'createRedstart',
    'fixedWindow',
    'gcra',
    'glob',
    'keyShape',
    'leakyBucket',
    'leakyQueue',
    'lifetimes',
    'limitsFrom',
    'presets',
    'readConfig',
    'refreshAhead',
    'shortPart',
    'slidingLog',
    'slidingWindow',
    'systemClock',
    'tokenBucket',
    'tokens',
    'validateConfig',
    'writeThrough',
  ],
  '@redstart/core/byte-cache': ['byteCache'],
  '@redstart/core/http': [
    'BodyCaptures',
    'FetchHeaders',
    'MARKETING_PARAMETERS',
    'SessionCookieFormat',
    'SessionProperty',
    'Settling',
    'after',
    'againByServer',
    'cacheResponses',
    'checkSessionOptions',
    'clientAddress',
    'clientNetwork',
    'cloudflareSink',
    'cookieValues',
    'crossSitePolicy',
    'decideAll',
    'endedCookie',
    'enter',
    'fastlySink',
    'fetchReply',
    'isPromise',
    'isQuiet',
    'limitRequests',
    'limitedFetch',
    'loadSessionOn',
    'markPrivate',
    'matchesRoute',
    'noteLifetime',
    'noteTags',
    'parseCookies',
    'parseRateLimit',
    'parseRoute',
    'parseUserAgent',
    'pathSegments',
    'privateReason',
    'problemOf',
    'problemReply',
    'purgePages',
    'purgeThrough',
    'quietly',
    'rateLimitOf',
    'readThrough',
    'sentValues',
    'serializeCookie',
    'sessionOn',
    'sessionPolicy',
    'sessionsFrom',
    'settleFetch',
    'targetOfRequest',
    'usePolicy',
    'varnishSink',
    'watchFetchRequest',
  ],
  '@redstart/core/memory': ['memory'],
  '@redstart/core/node-http': ['NodeExchange', 'after', 'isPromise', 'runPolicies', 'usePolicy'],
  '@redstart/core/redis': ['auditStream', 'redis'],
  '@redstart/core/redis-http': ['redisHttp'],
  '@redstart/core/wire': [
    'COMPRESSION_LEVELS',
    'DEEPEST_VALUE',
    'ENTRY_OFFSETS',
    'compressPayload',
    'decodeEntry',
    'decodeValue',
    'encodeEntry',
    'encodeValue',
    'hasCompression',
    'inflatePayload',
    'isDamaged',
  ],
}

describe('the entry points', () => {
  it.each(Object.entries(ENTRY_POINTS))('%s has exactly its names', async (entryPoint, names) => {
    const module: object = await import(entryPoint)
    expect(Object.keys(module).sort()).toEqual(names)
  })

  it('are all that the package has', async () => {
    const { default: manifest } = await import('../package.json', { with: { type: 'json' } })
    const paths = Object.keys(manifest.exports).filter((path) => path !== './package.json')
    expect(paths.map((path) => path.replace(/^\./, '@redstart/core'))).toEqual(Object.keys(ENTRY_POINTS))
  })

  it('have the members that their documentation names, and no others', async () => {
    const { createRedstart } = await import('@redstart/core')
    const redstart = createRedstart()
    expect(Object.keys(redstart).sort()).toEqual([
      'cache',
      'close',
      'events',
      'health',
      'invalidate',
      'invalidateAfterCommit',
      'limiter',
      'metrics',
      'onInvalidate',
      'ready',
      'sessions',
      'warmers',
    ])
    expect(Object.keys(redstart.events).sort()).toEqual(['on', 'once', 'subscribe'])
    expect(Object.keys(redstart.metrics).sort()).toEqual(['slow', 'snapshot', 'summary'])
    const keyed = ['delete', 'get', 'getMany', 'getOrSet', 'has', 'peek', 'set', 'setMany', 'touch', 'ttl']
    expect(Object.keys(redstart.cache).sort()).toEqual(
      [...keyed, 'cached', 'clear', 'define', 'keys', 'namespace', 'purge', 'stats', 'tenant', 'token'].sort(),
    )
    expect(Object.keys(redstart.cache.namespace('menu')).sort()).toEqual(
      [...keyed, 'clear', 'keys', 'name', 'purge'].sort(),
    )
    expect(Object.keys(redstart.cache.tenant('acme')).sort()).toEqual(
      [...keyed, 'clear', 'id', 'invalidate', 'namespace'].sort(),
    )
    const dish = redstart.cache.define('menu', { key: () => 1 }, () => 1)
    expect(Object.keys(dish).sort()).toEqual(['invalidate', 'keyOf', 'many', 'peek'])
  })
})
