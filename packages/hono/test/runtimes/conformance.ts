import { join } from 'node:path'
import { type HttpAdapter, httpAdapterTests } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { runtimeAdapter } from './runtime-adapter.ts'
import { type RunningRuntime, type RuntimeName, startRuntime } from './start-runtime.ts'

export interface RuntimeParts {
  /** Of a Worker, in the words of its configuration. */
  readonly bindings?: string
  readonly refuses?: NonNullable<HttpAdapter['refuses']>
}

/** The suite of the seam in a runtime other than Node.js. */
export function describeRuntime(name: RuntimeName, { bindings, refuses = [] }: RuntimeParts = {}): void {
  let running: RunningRuntime | undefined
  beforeAll(async () => {
    running = await startRuntime(name, join(import.meta.dirname, `${name.toLowerCase()}.entry.ts`), bindings)
  }, 90_000)
  afterAll(async () => await running?.stop())
  const adapter = runtimeAdapter(() => running?.port ?? 0, refuses)

  for (const [group, tests] of Object.entries(httpAdapterTests)) {
    describe(`hono in ${name}: ${group}`, () => {
      for (const test of tests) it(test.name, async () => await test.run(adapter), 60_000)
    })
  }
}
