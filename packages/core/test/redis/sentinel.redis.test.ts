import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { entry, freePort, G1, G2, invalidation, openStore, Server, until } from './server.ts'

it('a failover by Sentinel ends the generation, and the new master is found without being told', async () => {
  const master = await Server.start()
  const replica = await Server.start('--replicaof', '127.0.0.1', String(master.port), '--repl-diskless-sync-delay', '0')
  await master.control.config('SET', 'repl-diskless-sync-delay', '0')
  const folder = mkdtempSync(join(tmpdir(), 'redstart-sentinel-'))
  const port = await freePort()
  const config = join(folder, 'sentinel.conf')
  writeFileSync(
    config,
    `port ${port}\nbind 127.0.0.1\ndir ${folder}\nsentinel monitor m 127.0.0.1 ${master.port} 1\nsentinel down-after-milliseconds m 1000\n`,
  )
  const sentinel = spawn(process.env['REDSTART_REDIS_SERVER'] ?? 'redis-server', [config, '--sentinel'], {
    stdio: 'ignore',
  })
  const given = new Redis({ sentinels: [{ host: '127.0.0.1', port }], name: 'm', lazyConnect: true })
  given.on('error', () => {})
  const { store } = openStore(given)
  const control = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50 })
  control.on('error', () => {})
  try {
    await until(async () => /slaves=1/.test(await control.info('sentinel').catch(() => '')), 20_000)
    await until(async () => (await replica.control.info('replication')).includes('master_link_status:up'), 20_000)
    await store.invalidate(invalidation(['a'], { candidate: G1 }), 5000)
    await store.write({ key: 'n:k', bytes: entry(G1, 2), ttl: 60_000, generation: G1, clock: 2 }, 5000)
    expect(await master.control.wait(1, 5000)).toBe(1)
    await until(
      () =>
        control.call('SENTINEL', 'FAILOVER', 'm').then(
          () => true,
          () => false,
        ),
      20_000,
    )
    await until(async () => (await replica.control.info('replication')).includes('role:master'), 20_000)
    await until(async () => {
      const { answer } = await store
        .read({ keys: [], question: { candidate: G2, keep: 60_000 } }, 1000)
        .catch(() => ({ answer: undefined }))
      return answer?.generation === G2
    }, 30_000)
    expect(await replica.connections()).toBe(1)
    expect((await store.read({ keys: ['n:k'] }, 1000)).entries).toEqual([entry(G1, 2)])
  } finally {
    await store.close()
    given.disconnect()
    control.disconnect()
    sentinel.kill('SIGKILL')
    await once(sentinel, 'exit')
    await Promise.all([master.stop(), replica.stop(), rm(folder, { recursive: true, force: true })])
  }
})
