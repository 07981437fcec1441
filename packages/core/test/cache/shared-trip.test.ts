import { manualClock } from '@redstart/testing'
import { expect, it } from 'vitest'
import { ReadQueue } from '../../src/cache/read-queue.ts'
import { RedstartError } from '../../src/errors.ts'
import { Coherence } from '../../src/invalidation/coherence.ts'
import { memory } from '../../src/memory/index.ts'
import { Telemetry } from '../../src/telemetry/telemetry.ts'

it('a read waits no longer than its own time, whoever else reads in the same tick', async () => {
  const clock = manualClock()
  const store = memory().cache({ app: 'a', clock })
  // Keeps its timeouts, and never answers.
  store.read = (_, timeout) =>
    new Promise((_resolve, reject) => {
      clock.schedule(timeout, () => reject(new RedstartError('STORE_TIMEOUT', 'no answer')))
    })
  const telemetry = new Telemetry({ clock })
  const coherence = new Coherence({ store, clock, telemetry, maxStaleness: 1000, deadline: 100 })
  const queue = new ReadQueue(store, coherence, clock, undefined)
  const ended: string[] = []
  queue.fetch('a:1', [], false, 20).catch(() => ended.push('the one with 20 ms left'))
  queue.fetch('a:2', [], false, 100).catch(() => ended.push('the one with 100 ms left'))
  queue.fetch('a:3', [], false, 20).catch(() => ended.push('another one with 20 ms left'))
  await turn()
  clock.advance(50)
  await turn()
  expect(ended).toEqual(['the one with 20 ms left', 'another one with 20 ms left'])
})

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
