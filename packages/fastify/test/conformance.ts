import { httpAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { fastifyAdapter, type FastifyName, loadFastify } from './fastify-app.ts'

/** All that the seam expects, of one version of Fastify; of each in a file of its own, since it takes seconds. */
export function describeAdapter(name: FastifyName): void {
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
