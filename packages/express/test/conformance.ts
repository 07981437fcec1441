import { httpAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { expressAdapter, loadExpress } from './express-app.ts'

/** The suite of all adapters, in one version of Express. */
export async function describeConformance(name: Parameters<typeof loadExpress>[0]): Promise<void> {
  const express = await loadExpress(name)
  for (const compression of ['none', 'before', 'behind'] as const) {
    describe(`${name}, compression: ${compression}`, () => {
      const adapter = expressAdapter(express, compression)
      for (const [group, tests] of Object.entries(httpAdapterTests)) {
        // Thousands of requests, to which compression makes no difference.
        if (compression !== 'none' && group === 'requests at the same time') continue
        describe(group, () => {
          for (const test of tests) it(test.name, async () => await test.run(adapter), 60_000)
        })
      }
    })
  }
}
