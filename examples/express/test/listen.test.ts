import { expect, test } from 'vitest'
import { listen } from '../src/listen.ts'

test('takes the next port when the wished one is taken', async () => {
  const first = await listen(() => undefined, '0')
  const second = await listen(() => undefined, String(first.port))
  expect(second.port).toBeGreaterThan(first.port)
  first.server.close()
  second.server.close()
})

test.each(['abc', '-1', '65536', '80.5', '1e3'])('refuses %s as a port', async (wished) => {
  await expect(listen(() => undefined, wished)).rejects.toThrow(
    `PORT is "${wished}"; expected a number from 0 to 65535`,
  )
})
