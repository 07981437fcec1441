import { limitAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { FASTIFIES, loadFastify } from '../fastify-app.ts'
import { limitAdapter } from './adapter.ts'

for (const name of FASTIFIES) {
  const adapter = limitAdapter(loadFastify(name))
  describe(`${name} with rate limits`, () => {
    for (const test of limitAdapterTests) it(test.name, async () => await test.run(adapter))
  })
}
