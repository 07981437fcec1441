import type { InvalidateRequest } from '@redstart/core'
import fc from 'fast-check'
import type { ContractTest } from './contract-test.ts'
import type { OpenBackend } from './open-backend.ts'
import { ReferenceView } from './reference-view.ts'
import { ask, hard, snapshotOf, soft, TIMEOUT } from './requests.ts'
import { withStores } from './stores.ts'

const NAMES = ['t:0', 't:1', 't:a:b', 'k:a:1', 'k:a:2', 'k:b:a:1', 'p:a:', 'p:b:', 'p:b:a:', 'p:']
const HOUR = 3_600_000

interface Step {
  readonly names: readonly string[]
  readonly kind: 'hard' | 'soft'
  /** Milliseconds from the start of the run: far from it on either side, so that the run's own length does not matter. */
  readonly deadline: number
  readonly by: 'store' | 'other'
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    names: fc.subarray(NAMES, { maxLength: 6 }),
    kind: fc.constantFrom('hard', 'soft'),
    deadline: fc.constantFrom(-2 * HOUR, -HOUR, HOUR, 2 * HOUR, Number.POSITIVE_INFINITY),
    by: fc.constantFrom('store', 'other'),
  }),
  { maxLength: 40 },
)

/** Any sequence of invalidations leaves what the protocol's view would hold. A failure prints its seed and path. */
export const randomTests: readonly ContractTest[] = [1, 4, 8, 1000].map((markers) => ({
  name: `the view is the one of the protocol, with a bound of ${markers} markers`,
  run: async (open) =>
    await fc.assert(
      fc.asyncProperty(steps, async (run) => await runSteps(open, markers, run)),
      { numRuns: 25 },
    ),
}))

async function runSteps(open: OpenBackend, markers: number, run: readonly Step[]): Promise<void> {
  await withStores(open, { markers }, async ({ store, other }) => {
    const start = await ask(store)
    const view = new ReferenceView(start.clock)
    for (const { names, kind, deadline, by } of run) {
      const request: InvalidateRequest = kind === 'hard' ? hard(names) : soft(names, Math.floor(start.time) + deadline)
      view.invalidate(request, start.time)
      const [writer, reader] = by === 'store' ? [store, other] : [other, store]
      await writer.invalidate(request, TIMEOUT)
      view.check(NAMES, await snapshotOf(reader, NAMES), markers)
    }
  })
}
