import { join } from 'node:path'
import { withRedstart } from '@redstart/next'

// One app, built and configured in as many ways as there are tests.
const {
  REAL_BUILD: build = 'one',
  REAL_CONFIG: config = './redstart.config.mjs',
  REAL_STANDALONE: standalone,
} = process.env

const next = {
  distDir: `.next-${build}`,
  experimental: { useCache: true },
  poweredByHeader: false,
  turbopack: { root: join(import.meta.dirname, '../../../../..') },
  ...(standalone !== undefined && { output: 'standalone' }),
}

export default withRedstart(next, { redstart: config, folder: import.meta.dirname, buildClockSkew: 1 })
