import { expect, it } from 'vitest'
import { Redis } from 'ioredis'
import { startRedis } from '../src/index.ts'

const denied = { message: expect.stringMatching(/^NOPERM/) as string }

it('a server has the users it is given, and command may still do everything', async () => {
  await using redis = await startRedis({
    users: ['user default off', 'user app on >p@ss ~app:* &app:* +@read +set', 'user other on >x +@read (~b +get)'],
  })
  const client = new Redis(`redis://app:p%40ss@127.0.0.1:${redis.port}`, { enableReadyCheck: false })
  expect(await client.set('app:k', 'v')).toBe('OK')
  await expect(client.get('other')).rejects.toMatchObject(denied)
  await expect(client.del('app:k')).rejects.toMatchObject(denied)
  await expect(client.subscribe('other')).rejects.toMatchObject(denied)
  client.disconnect()
  expect(await redis.command('GET', 'app:k')).toBe('v')
  expect(await redis.command('ACL', 'WHOAMI')).toBe('redstart-testing')
  expect(await redis.command('ACL', 'USERS')).toEqual(['app', 'default', 'other', 'redstart-testing'])
  const anonymous = new Redis(redis.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 })
  anonymous.on('error', () => {})
  await expect(anonymous.ping()).rejects.toThrow(/NOAUTH/)
  anonymous.disconnect()
  await redis.restart()
  expect(await redis.command('ACL', 'WHOAMI')).toBe('redstart-testing')
})

it('a password of the default user goes with users, and configuration lines are read', async () => {
  await using redis = await startRedis({
    password: 'secret',
    users: ['user reader on >r ~* +@read'],
    config: ['maxmemory 10mb'],
  })
  const client = new Redis(redis.url)
  expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', '10485760'])
  client.disconnect()
})

it('says which user is not one', async () => {
  await expect(startRedis({ users: ['user app on +no-such-command'] })).rejects.toThrow(/no-such-command/)
})
