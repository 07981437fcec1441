import { memory } from '@redstart/core/memory'
import { describeCacheStore } from '../src/contract/index.ts'

describeCacheStore('memory', async (options) => ({
  backend: memory(options),
  now: () => Date.now(),
  dispose: async () => {},
}))
