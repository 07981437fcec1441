import { createRedstart } from '@redstart/core'
import type { SuiteTest } from 'http-cache-tests/tests/index.mjs'
import { listen } from '../origin/listen.ts'
import { runSuite, type SuiteResults } from '../suite/run-suite.ts'
import { FRAMEWORKS, type Target } from './targets.ts'

/** Serves the target, with nothing in its cache, while the suite asks it. One at a time: see {@link runSuite}. */
export async function runTarget(
  { framework, layer }: Pick<Target, 'framework' | 'layer'>,
  tests: readonly SuiteTest[],
): Promise<SuiteResults> {
  const redstart = createRedstart()
  const mounted = await FRAMEWORKS[framework](layer, redstart)
  const server = await listen(mounted.listener)
  try {
    return await runSuite(server.base, tests)
  } finally {
    await server.close()
    await mounted.close?.()
    await redstart.close()
  }
}
