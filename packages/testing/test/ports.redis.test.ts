import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, vi } from 'vitest'
import { startRedis } from '../src/index.ts'
import { findLoopbackPort } from '../src/loopback-port.ts'

vi.mock(import('../src/loopback-port.ts'), { spy: true })

it('takes another port when a program was faster to take the first, be it a Redis or not', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  await using other = await startRedis()
  vi.mocked(findLoopbackPort)
    .mockResolvedValueOnce((squatter.address() as AddressInfo).port)
    .mockResolvedValueOnce(other.port)
  await using redis = await startRedis()
  expect(vi.mocked(findLoopbackPort)).toHaveBeenCalledTimes(4)
  expect(redis.port).not.toBe(other.port)
  expect(String(await redis.command('INFO', 'server'))).toContain(`process_id:${redis.pid}`)
  squatter.close()
})
