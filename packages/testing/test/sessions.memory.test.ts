import { memory } from '@redstart/core/memory'
import { describeSessionStore } from '../src/contract/index.ts'

describeSessionStore('memory', async (options) => ({
  backend: memory(options),
  now: () => Date.now(),
  dispose: async () => {},
}))
