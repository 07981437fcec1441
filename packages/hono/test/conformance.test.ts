import { httpAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { HONOS, nodeAdapter } from './node-adapter.ts'

for (const [name, create] of Object.entries(HONOS)) {
  describe(`${name} on Node.js`, () => {
    const adapter = nodeAdapter(create)
    for (const [group, tests] of Object.entries(httpAdapterTests)) {
      describe(group, () => {
        for (const test of tests) it(test.name, async () => await test.run(adapter), 60_000)
      })
    }
  })
}
