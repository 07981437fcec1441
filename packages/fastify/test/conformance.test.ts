import { httpAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { FASTIFIES, fastifyAdapter, loadFastify } from './fastify-app.ts'

for (const name of FASTIFIES) {
  const factory = loadFastify(name)
  for (const compression of ['none', 'before', 'behind'] as const) {
    describe(`${name}, compression: ${compression}`, () => {
      const adapter = fastifyAdapter(factory, compression)
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
