import { limitAdapterTests } from '@redstart/testing'
import { describe, it } from 'vitest'
import { BETWEEN, ENDS, loadKoa } from '../koa-versions.ts'
import { limitAdapter } from './adapter.ts'

for (const name of [...ENDS, ...BETWEEN]) {
  const adapter = limitAdapter(loadKoa(name))
  describe(`${name} with rate limits`, () => {
    for (const test of limitAdapterTests) it(test.name, async () => await test.run(adapter))
  })
}
