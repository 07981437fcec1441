import { join } from 'node:path'
import { withRedstart } from '@redstart/next'

// The same app behind different caches.
const { BENCH_CACHE: cache = 'redstart' } = process.env

const config = {
  distDir: `.next-${cache}`,
  // Pages with a lifetime of their own and 'use cache' in one app, which Cache Components do not have.
  experimental: { useCache: true },
  poweredByHeader: false,
  compress: false,
  turbopack: { root: join(import.meta.dirname, '../../../..') },
}

/** @param {string} name */
const handler = (name) => join(import.meta.dirname, 'handlers', name)

const useCache = handler('trieb-use-cache.cjs')
const external = {
  serverExternalPackages: ['@fortedigital/nextjs-cache-handler', '@trieb.work/nextjs-turbo-redis-cache', 'redis'],
}

const configs = {
  next: () => config,
  redstart: () => withRedstart(config, { redstart: './redstart.config.mjs', folder: import.meta.dirname }),
  trieb: () => ({
    ...{ ...config, ...external, cacheMaxMemorySize: 0, cacheHandler: handler('trieb-pages.cjs') },
    cacheHandlers: { default: useCache, remote: useCache },
  }),
  fortedigital: () => ({ ...config, ...external, cacheMaxMemorySize: 0, cacheHandler: handler('fortedigital.mjs') }),
}

export default configs[cache]()
