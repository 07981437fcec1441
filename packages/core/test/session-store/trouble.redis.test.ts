import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionStore } from '../../src/session/session-store.ts'
import {
  committing,
  HOUR,
  load,
  make,
  newContext,
  ofUser,
  openSessions,
  rotating,
  TIMEOUT,
  word,
} from './open-sessions.ts'

let server: RedisServer
let store: SessionStore
beforeEach(async () => {
  server = await startRedis()
  store = openSessions({ url: server.url, breaker: { failures: 100 } }).store
})
afterEach(async () => {
  await store.close()
  await server.stop()
})

describe('a Redis whose memory is full', () => {
  it('reads sessions, lets them live on and ends them, and refuses the rest', async () => {
    const [used, ended, revoked, rotated] = [await make(store), await make(store), await make(store), await make(store)]
    const next = word()
    await store.rotate(rotating(rotated, next), TIMEOUT)
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await server.command('CONFIG', 'SET', 'maxmemory', '1')
    const refused = { code: 'STORE_FAILED', message: expect.stringContaining('OOM') }
    await expect(make(store)).rejects.toMatchObject(refused)
    await expect(store.commit(committing(used), TIMEOUT)).rejects.toMatchObject(refused)
    await expect(store.rotate(rotating(used), TIMEOUT)).rejects.toMatchObject(refused)
    expect(await load(store, used, { touchAfter: 0 })).toMatchObject({ kind: 'loaded', noted: true })
    expect(await load(store, { ...rotated, verifier: next })).toMatchObject({ kind: 'loaded', promoted: true })
    expect(await store.end({ ...ended, grace: 0 }, TIMEOUT)).toMatchObject({ kind: 'ended-now' })
    expect(await load(store, ended)).toMatchObject({ kind: 'ended' })
    expect((await store.revoke({ addresses: [revoked.address] }, TIMEOUT)).sids).toEqual([revoked.address.sid])
    const tag = used.address.kind === 'user' ? used.address.tag : ''
    expect(await store.list(tag, TIMEOUT)).toHaveLength(1)
    expect((await store.revokeAll({ tag, except: used.address.sid }, TIMEOUT)).sids).toEqual([])
    expect((await store.revokeAll({ tag }, TIMEOUT)).sids).toEqual([used.address.sid])
    expect(await store.statistics({ within: HOUR }, TIMEOUT)).toMatchObject({ active: 0 })
  })
})

describe('a Redis that cannot save', () => {
  it('reads sessions, as they are', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'redstart-core-'))
    await using failing = await startRedis({ args: ['--dir', folder, '--save', '3600 1'] })
    const { store: sessions } = openSessions(failing.url)
    const [made, rotated] = [await make(sessions), await make(sessions)]
    const next = word()
    await sessions.rotate(rotating(rotated, next), TIMEOUT)
    await rm(folder, { recursive: true })
    await failing.command('BGSAVE').catch(() => {})
    const refused = { code: 'STORE_FAILED', message: expect.stringContaining('MISCONF') }
    const commit = (): Promise<unknown> => sessions.commit(committing(made, { changes: [] }), TIMEOUT)
    for (
      let n = 0;
      n < 500 &&
      (await commit().then(
        () => true,
        () => false,
      ));
      n += 1
    )
      await setTimeout(10)
    await expect(commit()).rejects.toMatchObject(refused)
    expect(await load(sessions, made, { touchAfter: 0 })).toMatchObject({ kind: 'loaded', noted: false })
    expect(await load(sessions, made, { readOnly: true })).toMatchObject({ kind: 'loaded' })
    expect(await load(sessions, { ...rotated, verifier: next })).toMatchObject({ kind: 'loaded', promoted: false })
    expect(await load(sessions, { ...made, verifier: next })).toMatchObject({ kind: 'reuse' })
    await sessions.close()
  })
})

describe('a Redis that stalls', () => {
  it('does nothing late, but for what ends sessions', async () => {
    const [made, leaving] = [await make(store), await make(store)]
    const late = { address: ofUser() }
    const until = (await store.time(TIMEOUT)) + 100
    server.pause()
    const calls = [
      store.commit(committing(made, { until }), 50),
      store.rotate({ ...rotating(made), until }, 50),
      make(store, { ...late, until }),
      store.revoke({ addresses: [leaving.address] }, 50),
    ].map(
      async (call) =>
        await call.catch((error: { readonly code?: string; readonly message: string }) => error.code ?? error.message),
    )
    expect(await Promise.all([...calls.slice(0, 2), calls[3]])).toEqual([
      'STORE_TIMEOUT',
      'STORE_TIMEOUT',
      'STORE_TIMEOUT',
    ])
    await setTimeout(100)
    server.resume()
    expect(await calls[2]).toBe('The session was not created: late')
    const record = await load(store, made)
    expect(record).toMatchObject({ kind: 'loaded', next: undefined })
    expect(record.kind === 'loaded' && record.fields.size).toBe(0)
    expect(await store.list(late.address.tag, TIMEOUT)).toEqual([])
    expect(await load(store, leaving)).toMatchObject({ kind: 'missing' })
  })
})

describe('a Redis that comes back', () => {
  it('is listened to again, though nobody asks anything', async () => {
    const heard: unknown[] = []
    const listening = openSessions(server.url, newContext('returning')).store
    const revoking = openSessions(server.url, newContext('returning')).store
    listening.subscribe(({ tag }) => heard.push(tag))
    const told = async (): Promise<void> => {
      heard.length = 0
      for (let n = 0; n < 500 && heard.length === 0; n += 1) {
        await revoking.revokeAll({ tag: 'a' }, 1000).catch(() => {})
        await setTimeout(20)
      }
      expect(heard[0]).toBe('a')
    }
    await told()
    await server.restart()
    await told()
    await Promise.all([listening.close(), revoking.close()])
  })
})

describe('a master that became a replica', () => {
  it('is asked nothing, not even to read', async () => {
    await using master = await startRedis()
    const made = await make(store)
    await server.command('REPLICAOF', master.host, String(master.port))
    const tag = made.address.kind === 'user' ? made.address.tag : ''
    const calls = [
      () => load(store, made),
      () => load(store, made, { readOnly: true }),
      () => store.list(tag, TIMEOUT),
      () => store.statistics({ within: HOUR }, TIMEOUT),
    ]
    for (const call of calls) {
      const failed = await call().catch((error: { readonly code?: string }) => error.code)
      expect(failed).toMatch(/^STORE_/)
    }
  })
})

describe('replicas', () => {
  it('are waited for where that is asked, on a connection where it holds up nobody', async () => {
    await using replica = await startRedis({ args: ['--replicaof', server.host, String(server.port)] })
    await server.command('CONFIG', 'SET', 'repl-diskless-sync-delay', '0')
    const ready = async (): Promise<boolean> =>
      String(await server.command('INFO', 'replication')).includes('state=online')
    for (let n = 0; n < 500 && !(await ready()); n += 1) await setTimeout(20)
    const [one, two, left] = [await make(store), await make(store), await make(store)]
    const first = await store.revoke({ addresses: [one.address], durability: { replicas: 1, within: 2000 } }, TIMEOUT)
    expect(first).toMatchObject({ sids: [one.address.sid], replicas: 1 })
    replica.pause()
    const begun = performance.now()
    let waited = false
    const waiting = store
      .revoke({ addresses: [two.address], durability: { replicas: 1, within: 2000 } }, TIMEOUT)
      .finally(() => (waited = true))
    await setTimeout(100)
    expect(await load(store, two)).toMatchObject({ kind: 'missing' })
    for (let n = 0; n < 20; n += 1) expect(await load(store, left, { touchAfter: 0 })).toMatchObject({ kind: 'loaded' })
    expect(waited).toBe(false)
    expect(await waiting).toMatchObject({ sids: [two.address.sid], replicas: 0 })
    expect(performance.now() - begun).toBeGreaterThan(1900)
    // No longer than the call may take, whatever was asked.
    const tag = left.address.kind === 'user' ? left.address.tag : ''
    const all = await store.revokeAll({ tag, durability: { replicas: 1, within: 60_000 } }, 500)
    expect(all).toMatchObject({ sids: [left.address.sid], replicas: 0 })
    replica.resume()
  })
})
