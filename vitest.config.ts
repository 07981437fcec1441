import { availableParallelism } from 'node:os'
import { defaultServerConditions } from 'vite'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** The private condition comes first, so tests read the packages' sources and nothing has to be built before them. */
const conditions = ['@redstart/source', ...defaultServerConditions]

/** `npm run soak` runs the same tests with larger numbers. */
const soak = process.env['REDSTART_SOAK'] === '1'
const patience = soak ? 60 : 1

const redisTests = '**/*.redis.test.ts'
const clusterTests = '**/*.cluster.test.ts'
/** These mock modules, or look at what the whole process holds, so that each begins with a process of its own. */
const apart = [
  'packages/core/test/byte-cache/copies.test.ts',
  'packages/core/test/cache/left-behind.test.ts',
  'packages/core/test/cache/without-disable.test.ts',
  'packages/core/test/config/presets.test.ts',
  'packages/core/test/session-store/memory.test.ts',
  'packages/core/test/wire/compress.test.ts',
  'packages/testing/test/ports.redis.test.ts',
]
/**
 * Left to `npm run soak`: real processes through many failovers, since how long Redis takes for each is not ours, and
 * what shows only after minutes; what needs a browser, or to install something; and sessions over HTTP in versions of a framework before the newest.
 */
const soakOnly = [
  '**/test/processes/failover.redis.test.ts',
  '**/test/processes/processes.cluster.test.ts',
  '**/test/soak/soak.redis.test.ts',
  '**/test/tracking/failover.cluster.test.ts',
  'apps/showcase/test/chromium.test.ts',
  'apps/showcase/test/storefront-chromium.test.ts',
  'tools/test/example.test.ts',
  'examples/express/test/availability/availability.test.ts',
  // The same suites over more of the same: what differs between them is in what stays.
  'packages/core/test/redis/sentinel.redis.test.ts',
  'packages/core/test/session-store/clients.redis.test.ts',
  'packages/core/test/cluster/failover.cluster.test.ts',
  'packages/{express,fastify}/test/conformance-lowest.test.ts',
  'packages/*/test/session/conformance-lowest.redis.test.ts',
  'packages/express/test/session/conformance-express-4{,-lowest}.redis.test.ts',
  'packages/*/test/cached/cached-{,leaks-}{,express-4-}lowest.test.ts',
  'packages/{fastify,hono,koa,next}/test/cached/cached.redis.test.ts',
  'packages/next/test/cached/cached-{heavy,leaks}.test.ts',
  'packages/testing/test/http-cached/cached-processes.redis.test.ts',
  // It needs a Varnish.
  'packages/express/test/purge/varnish.redis.test.ts',
  // How long it takes to see something depends on luck.
  'packages/core/test/redis-http/checker-blind.redis.test.ts',
  // That the benchmarks run, and what they count.
  'apps/bench/test/*.test.ts',
  // Next.js is built and started in it.
  'packages/next/test/e2e/*.redis.test.ts',
  'packages/next/test/real/*.redis.test.ts',
  'packages/next/test/session/{next-app,conformance-same}.redis.test.ts',
  'packages/next/test/http/next-app.test.ts',
  // Most of the suite waits for something to become stale.
  'apps/conformance/test/suite.test.ts',
]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Half of the time is waited for servers and for what expires: twice as many files as two cores have run at a time.
    // A soak measures.
    maxWorkers: soak ? 1 : availableParallelism() + 2,
    // What runs at the same time within a file only waits.
    maxConcurrency: 20,
    // Modules are evaluated once for all files of a worker: on two cores that alone saves minutes.
    isolate: false,
    // What is waited for comes within milliseconds, unless a busy machine lets this process wait.
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', './tools/count-reporter.mjs'],
    projects: [
      project('unit', {
        include: ['packages/*/test/**/*.test.ts'],
        exclude: [redisTests, clusterTests, ...apart, ...(soak ? [] : soakOnly)],
        testTimeout: 30_000 * patience,
      }),
      project('redis', {
        include: [`packages/*/test/${redisTests}`],
        exclude: [...apart, ...(soak ? [] : soakOnly)],
        testTimeout: 60_000 * patience,
        hookTimeout: 60_000 * patience,
      }),
      project('cluster', {
        include: [`packages/*/test/${clusterTests}`],
        exclude: soak ? [] : soakOnly,
        testTimeout: 60_000 * patience,
        hookTimeout: 60_000 * patience,
      }),
      project('apart', { include: apart, isolate: true, testTimeout: 60_000 * patience }),
      project('apps', {
        include: ['apps/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
        exclude: soak ? [] : soakOnly,
        globalSetup: ['examples/express/test/own-folder.setup.ts'],
        testTimeout: 120_000 * patience,
        hookTimeout: 120_000 * patience,
      }),
      project('tools', {
        include: ['tools/test/**/*.test.ts'],
        exclude: soak ? [] : soakOnly,
        testTimeout: 120_000 * patience,
        hookTimeout: 120_000 * patience,
      }),
    ],
  },
})

function project(
  name: string,
  { exclude = [], ...test }: NonNullable<TestProjectInlineConfiguration['test']>,
): TestProjectInlineConfiguration {
  return { extends: true, test: { name, exclude: [...exclude, '**/node_modules/**', '**/dist/**'], ...test } }
}
