import { limitAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { limitAdapter } from './adapter.ts'

for (const name of EXPRESSES) {
  const adapter = limitAdapter(await loadExpress(name))
  describe(`${name} with rate limits`, () => {
    for (const test of limitAdapterTests) it(test.name, async () => await test.run(adapter))
  })
}
