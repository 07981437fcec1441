import { httpAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { routeAdapter } from './adapter.ts'

for (const [group, tests] of Object.entries(httpAdapterTests)) {
  describe(`route handlers: ${group}`, () => {
    for (const test of tests) it(test.name, async () => await test.run(routeAdapter), 60_000)
  })
}
