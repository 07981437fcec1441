import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { heldLoader, open } from './instance.ts'

it('many reads of one request listen to its signal once, and all of them end with it', async () => {
  const { cache } = open()
  const request = new AbortController()
  const { load } = heldLoader<string>()
  const reads = Array.from({ length: 50 }, (_, n) => cache.getOrSet(`page:${n}`, load, { signal: request.signal }))
  await Promise.resolve()
  expect(getEventListeners(request.signal, 'abort')).toHaveLength(1)
  request.abort(new Error('the request has ended'))
  for (const read of reads) await expect(read).rejects.toThrow('the request has ended')
})
