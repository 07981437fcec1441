import { systemClock } from '../../src/clock.ts'
import { memory } from '../../src/memory/index.ts'
import { describeForeignBytes } from './foreign-bytes.ts'

const clock = systemClock()

describeForeignBytes('memory', () => {
  const backend = memory()
  const app = 'shop'
  const store = backend.cache({ app, clock })
  return {
    backend,
    app,
    async put(key, bytes) {
      await store.write({ key, bytes, ttl: 3_600_000, generation: 'ab'.repeat(16), clock: 1 }, 1000)
    },
  }
})
