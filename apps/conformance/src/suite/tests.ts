import groups, { type SuiteGroup, type SuiteTest } from 'http-cache-tests/tests/index.mjs'

/**
 * All tests, by what they are about. The suite has 21 more of `Surrogate-Control`, which no RFC describes: it leaves them
 * out here itself, and only its command line adds them.
 */
export const GROUPS: readonly SuiteGroup[] = groups

/** Those that mean something for a cache that is no browser's. */
export const TESTS: readonly SuiteTest[] = groups
  .flatMap(({ tests }) => tests)
  .filter(({ browser_only: onlyOfBrowsers = false }) => !onlyOfBrowsers)

/** Those tests, and all that they depend on. */
export function withDependencies(ids: readonly string[]): readonly SuiteTest[] {
  const wanted = new Set(ids)
  // What is added while the set is walked is walked too.
  for (const id of wanted) for (const dependency of dependenciesOf(id)) wanted.add(dependency)
  return TESTS.filter(({ id }) => wanted.has(id))
}

function dependenciesOf(id: string): readonly string[] {
  return TESTS.find((test) => test.id === id)?.depends_on ?? []
}
