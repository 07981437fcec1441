import type { SuiteTest } from 'http-cache-tests/tests/index.mjs'
import { TESTS } from './suite/tests.ts'
import { verdictsOf } from './suite/verdicts.ts'
import { runTarget } from './targets/run-target.ts'
import { type Framework, FRAMEWORKS } from './targets/targets.ts'

/** What a policy in front of the handler that does nothing makes of a test all the same. */
export interface SeamDifference {
  readonly framework: string
  readonly test: string
  readonly without: string
  readonly with: string
}

/**
 * A handler that sends a `Transfer-Encoding` of its own: Hono's server for Node.js adds a `Content-Length`, which makes it no
 * message of HTTP/1.1, where it is handed the handler's own response, and does not where it is handed another.
 */
const KNOWN: Readonly<Partial<Record<Framework, readonly string[]>>> = { Hono: ['headers-store-Transfer-Encoding'] }

/** Compares each framework's score without anything in front of the handler with that of a policy that does nothing. */
export async function seamDifferences(tests: readonly SuiteTest[] = TESTS): Promise<readonly SeamDifference[]> {
  const differences: SeamDifference[] = []
  for (const framework of Object.keys(FRAMEWORKS) as Framework[])
    // their own names
    differences.push(...(await differencesIn(framework, tests)))
  return differences
}

async function differencesIn(framework: Framework, tests: readonly SuiteTest[]): Promise<readonly SeamDifference[]> {
  const without = verdictsOf(await runTarget({ framework, layer: 'nothing' }, tests))
  const behind = verdictsOf(await runTarget({ framework, layer: 'bystander' }, tests))
  return tests.flatMap(({ id }) => {
    const [one = '', other = ''] = [without[id], behind[id]]
    return one === other || KNOWN[framework]?.includes(id) ? [] : [{ framework, test: id, without: one, with: other }]
  })
}
