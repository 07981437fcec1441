import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type RedisServer, startRedis } from '../src/index.ts'

const info = async (redis: RedisServer, field: string): Promise<string | undefined> =>
  new RegExp(`^${field}:(.*)\r$`, 'm').exec(String(await redis.command('INFO')))?.[1]

const folderOf = async (redis: RedisServer): Promise<string> =>
  ((await redis.command('CONFIG', 'GET', 'dir')) as [string, string])[1]

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const eventually = async (condition: () => boolean): Promise<void> => {
  for (let n = 0; n < 400 && !condition(); n += 1) await setTimeout(10)
  expect(condition()).toBe(true)
}

describe('startRedis', () => {
  it('starts an empty server without persistence, and leaves neither process nor folder behind', async () => {
    const redis = await startRedis()
    const folder = await folderOf(redis)
    expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`)
    expect(await redis.command('DBSIZE')).toBe(0)
    expect(await redis.command('CONFIG', 'GET', 'save')).toEqual(['save', ''])
    expect(await info(redis, 'process_id')).toBe(String(redis.pid))
    expect([isRunning(redis.pid), existsSync(folder)]).toEqual([true, true])
    await redis.stop()
    await redis.stop()
    expect([isRunning(redis.pid), existsSync(folder)]).toEqual([false, false])
    await expect(redis.command('PING')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(() => redis.pause()).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    await expect(redis.restart()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('starts many at once, each on a port of its own', async () => {
    const servers = await Promise.all(Array.from({ length: 8 }, async () => await startRedis()))
    expect(new Set(servers.map(({ port }) => port)).size).toBe(8)
    expect(await Promise.all(servers.map(async (redis) => Number(await info(redis, 'process_id'))))).toEqual(
      servers.map(({ pid }) => pid),
    )
    await Promise.all(servers.map(async (redis) => await redis.stop()))
  })

  it('passes arguments on, signs in with the password, and ends with the block that uses it', async () => {
    let pid = 0
    {
      await using redis = await startRedis({ args: ['--maxmemory', '10mb'], password: 'p@ss:/ 1' })
      pid = redis.pid
      expect(new URL(redis.url).password).toBe('p%40ss%3A%2F%201')
      expect(await redis.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '10485760'])
    }
    expect(isRunning(pid)).toBe(false)
  })

  it('answers commands with bytes, errors and nested replies', async () => {
    await using redis = await startRedis()
    expect(await redis.command('SET', 'k', new Uint8Array([0x7a, 0x0d, 0x0a]))).toBe('OK')
    expect(await redis.command('GET', 'k')).toBe('z\r\n')
    expect(await redis.command('GET', 'absent')).toBeNull()
    expect(await redis.command('EVAL', "return {1, 'a', {false, 2}}", 0)).toEqual([1, 'a', [null, 2]])
    await expect(redis.command('LPUSH', 'k', 'x')).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/^WRONGTYPE/) as string,
    })
  })

  it('pauses without breaking connections, and goes on', async () => {
    await using redis = await startRedis()
    redis.pause()
    let settled = false
    const late = redis.command('PING').finally(() => (settled = true))
    await setTimeout(200)
    expect(settled).toBe(false)
    redis.resume()
    expect(await late).toBe('PONG')
    redis.pause()
  })

  it('restarts empty, on the same port, as another server', async () => {
    await using redis = await startRedis()
    const before = { pid: redis.pid, port: redis.port, id: await info(redis, 'run_id') }
    await redis.command('SET', 'k', 'v')
    redis.pause()
    await redis.restart()
    expect(redis.port).toBe(before.port)
    expect(redis.pid).not.toBe(before.pid)
    expect(await info(redis, 'run_id')).not.toBe(before.id)
    expect(await redis.command('DBSIZE')).toBe(0)
    expect(isRunning(before.pid)).toBe(false)
  })

  it('says which port is taken, and what is wrong with the configuration', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as AddressInfo
    await expect(startRedis({ port })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(`port ${port}`) as string,
    })
    squatter.close()
    await expect(startRedis({ args: ['--no-such-setting', 'x'] })).rejects.toThrow(/no-such-setting/)
  })

  it('does not take another Redis on its port for its own', async () => {
    await using first = await startRedis()
    await expect(startRedis({ port: first.port })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await first.command('PING')).toBe('PONG')
  })
})

describe('the process that started it', () => {
  const program = join(import.meta.dirname, 'start-redis.child.mjs')

  it.each(['exits', 'is killed'])('takes Redis and its folder along when it %s', async (how) => {
    const child = fork(program)
    const [{ pid, folder }] = (await once(child, 'message')) as [{ pid: number; folder: string }]
    expect([isRunning(pid), existsSync(folder)]).toEqual([true, true])
    if (how === 'exits') child.send('exit')
    else child.kill('SIGKILL')
    await once(child, 'exit')
    await eventually(() => !isRunning(pid) && !existsSync(folder))
  })
})

describe('the server program', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('is named when it is missing, with the variable and how to install it', async () => {
    vi.stubEnv('REDSTART_REDIS_SERVER', '/nowhere/redis-server')
    await expect(startRedis()).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(
        /REDIS_SERVER_NOT_FOUND: \/nowhere\/redis-server .*brew install redis.*apt-get install redis-server.*REDSTART_REDIS_SERVER/,
      ) as string,
    })
  })

  it.each([
    ['Redis server v=6.2.14 sha=0', false],
    ['Valkey server v=7.1.0 sha=0', false],
    ['something else', false],
  ])('is refused when it says "%s"', async (version) => {
    const folder = await mkdtemp(join(tmpdir(), 'redstart-test-'))
    const binary = join(folder, 'redis-server')
    await writeFile(binary, `#!/bin/sh\necho '${version}'\n`)
    await chmod(binary, 0o755)
    vi.stubEnv('REDSTART_REDIS_SERVER', binary)
    await expect(startRedis()).rejects.toThrow(/REDIS_SERVER_TOO_OLD/)
    await rm(folder, { recursive: true })
  })
})
