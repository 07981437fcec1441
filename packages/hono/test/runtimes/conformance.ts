import { join } from 'node:path'
import { type HttpAdapter, httpAdapterTests } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { runtimeAdapter } from './runtime-adapter.ts'
import { type RunningRuntime, type RuntimeName, startRuntime } from './start-runtime.ts'

/** The suite of the seam in a runtime other than Node.js. */
export function describeRuntime(name: RuntimeName, refuses: NonNullable<HttpAdapter['refuses']> = []): void {
  let running: RunningRuntime | undefined
  beforeAll(async () => {
    running = await startRuntime(name, join(import.meta.dirname, `${name.toLowerCase()}.entry.ts`))
  }, 90_000)
  afterAll(async () => await running?.stop())
  const adapter = runtimeAdapter(() => running?.port ?? 0, refuses)

  for (const [group, tests] of Object.entries(httpAdapterTests)) {
    describe(`hono in ${name}: ${group}`, () => {
      for (const test of tests) it(test.name, async () => await test.run(adapter), 60_000)
    })
  }
}
