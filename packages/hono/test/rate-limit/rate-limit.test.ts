import { limitAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { HONOS } from '../node-adapter.ts'
import { limitAdapter } from './adapter.ts'

for (const [name, create] of Object.entries(HONOS)) {
  const adapter = limitAdapter(create)
  describe(`${name} with rate limits`, () => {
    for (const test of limitAdapterTests) it(test.name, async () => await test.run(adapter))
  })
}
