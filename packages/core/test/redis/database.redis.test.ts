import { RedstartError, systemClock } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { startRedis } from '@redstart/testing'
import { expect, test } from 'vitest'

test('entries go to the database that was named, and to none other when the server has not got it', async () => {
  await using server = await startRedis({ args: ['--databases', '4'] })
  const generation = '1'.repeat(32)
  const write = { key: 'n:k', bytes: Buffer.from('entry'), ttl: 60_000, generation, clock: 1 }

  const there = redis(`${server.url}/3`).cache({ app: 'db', clock: systemClock() })
  expect(await there.write(write, 1000)).toBe('stored')
  await there.close()
  expect(String(await server.command('INFO', 'keyspace'))).toMatch(/^# Keyspace\r\ndb3:keys=1,/)

  const missing = redis(`${server.url}/9`).cache({ app: 'db', clock: systemClock() })
  const error = await missing.write(write, 1000).catch((problem: unknown) => problem)
  expect(RedstartError.is(error)).toBe(true)
  expect(String(error)).toMatch(/DB index is out of range/)
  await missing.close()
  expect(String(await server.command('INFO', 'keyspace'))).not.toMatch(/db0/)
})
