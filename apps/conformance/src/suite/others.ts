import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import implementations from 'http-cache-tests/results/index.mjs'
import type { SuiteResults } from './run-suite.ts'

/** What the suite's package says of a cache that its authors ran it against. */
export interface Other {
  /** With the version. */
  readonly title: string
  readonly results: SuiteResults
}

/** The caches between clients and servers; browsers are tested otherwise. */
export function others(): Promise<readonly Other[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('http-cache-tests/package.json')), 'results')
  const shared = implementations.filter(({ type }) => type !== 'browser')
  return Promise.all(
    shared.map(async ({ name, version, file }) => ({
      title: `${name} ${version}`,
      // Written by the suite itself.
      results: JSON.parse(await readFile(join(folder, file), 'utf8')) as SuiteResults,
    })),
  )
}
