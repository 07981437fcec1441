import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CacheStore } from '../../src/cache/cache-store.ts'
import { RedstartError } from '../../src/errors.ts'
import { entry, freePort, G1, G2, invalidation, openStore, Server, until } from './server.ts'

let server: Server
let store: CacheStore
let app: string
beforeEach(async () => {
  server = await Server.start()
  ;({ store, app } = openStore(server.url))
})
afterEach(async () => {
  await store.close()
  await server.stop()
})

const read = (timeout = 1000): Promise<unknown> => store.read({ keys: ['n:k'] }, timeout)
const write = (): Promise<string> =>
  store.write({ key: 'n:k', bytes: entry(G1, 1), ttl: 5000, generation: G1, clock: 1 }, 1000)
const ask = async (candidate: string): Promise<string | undefined> =>
  (await store.read({ keys: [], question: { candidate, keep: 60_000 } }, 1000)).answer?.generation

async function failure(call: Promise<unknown>): Promise<RedstartError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (RedstartError.is(error)) return error
  throw new Error('no RedstartError was thrown', { cause: error })
}

describe('a server that forgot its scripts', () => {
  it('gets them again within the same call', async () => {
    await ask(G1)
    const flush = (): Promise<unknown> => server.control.script('FLUSH')
    await flush()
    expect(await store.invalidate(invalidation(['a']), 1000)).toMatchObject({ clock: 2 })
    await flush()
    expect(await write()).toBe('stored')
    await flush()
    expect(await store.read({ keys: ['n:k'], names: ['a'], question: { candidate: G2, keep: 1 } }, 1000)).toMatchObject(
      {
        entries: [entry(G1, 1)],
        answer: { generation: G1, clock: 2 },
        snapshot: { clock: 2 },
      },
    )
  })
})

describe('a server that is gone', () => {
  it('is STORE_UNAVAILABLE at once, and found again without being asked', async () => {
    await ask(G1)
    await server.gone()
    await until(async () => (await failure(read())).code === 'STORE_UNAVAILABLE')
    const start = performance.now()
    const error = await failure(read(30_000))
    expect(performance.now() - start).toBeLessThan(5000)
    expect(error.code).toBe('STORE_UNAVAILABLE')
    await server.run()
    await until(async () => (await server.connections()) === 1)
    await read()
  })

  it('is STORE_UNAVAILABLE from the first call on, with the reason', async () => {
    const gone = openStore({ host: '127.0.0.1', port: await freePort() }).store
    for (let n = 0; n < 3; n++) {
      const error = await failure(gone.read({ keys: ['n:k'] }, 1000))
      expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') })
    }
    await gone.close()
  })

  it('leaves the calls that were sent with an unknown outcome, at once', async () => {
    await ask(G1)
    server.pause()
    const pending = [
      failure(read(30_000)),
      failure(store.invalidate(invalidation(['a']), 30_000)),
      failure(store.read({ keys: ['n:a', 'n:b'] }, 30_000)),
    ]
    await server.gone()
    for (const error of await Promise.all(pending))
      expect(error).toMatchObject({ code: 'STORE_TIMEOUT', message: expect.stringContaining('lost') })
  })
})

describe('a server that restarts', () => {
  it('ends the generation, even where its data came back, for a store that was there and for a new one', async () => {
    await store.close()
    await server.stop()
    server = await Server.start('--appendonly', 'yes', '--appendfsync', 'always')
    ;({ store, app } = openStore(server.url))
    const earlier = openStore(server.url)
    for (const one of [store, earlier.store]) {
      await one.write({ key: 'n:k', bytes: entry(G1, 1), ttl: 60_000, generation: G1, clock: 1 }, 1000)
      await one.invalidate(invalidation(['a']), 1000)
    }
    await earlier.store.close()
    await server.gone()
    await server.run()
    expect(await server.control.hget(`{${earlier.app}}:meta`, '$g')).toBe(G1)
    await until(async () => (await server.connections()) === 1)
    const later = openStore(server.url, earlier.app).store
    for (const one of [store, later]) {
      const { snapshot, entries } = await one.read({ keys: ['n:k'], names: ['a'] }, 1000)
      expect(entries).toEqual([entry(G1, 1)])
      expect(snapshot).toBeUndefined()
      const { answer } = await one.read({ keys: [], question: { candidate: G2, keep: 60_000 } }, 1000)
      expect(answer).toMatchObject({ generation: G2, clock: 1 })
    }
    await later.close()
  })

  it('keeps the generation where only the connection was lost', async () => {
    await ask(G1)
    await server.control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await until(async () => (await server.connections()) === 1)
    expect(await ask(G2)).toBe(G1)
  })
})

describe('a server that stands still', () => {
  it('is STORE_TIMEOUT when the timeout has passed, and late replies do no harm', async () => {
    await ask(G1)
    await write()
    server.pause()
    const start = performance.now()
    const calls = [
      read(200),
      store.read({ keys: ['n:k'], names: ['a'] }, 200),
      store.invalidate(invalidation(['a']), 200),
    ]
    for (const error of await Promise.all(calls.map(failure))) expect(error.code).toBe('STORE_TIMEOUT')
    expect(performance.now() - start).toBeGreaterThan(195)
    expect(performance.now() - start).toBeLessThan(2000)
    server.resume()
    expect(await store.read({ keys: ['n:k'], names: ['a'] }, 1000)).toMatchObject({
      entries: [entry(G1, 1)],
      snapshot: { clock: 2 },
    })
  })

  it('has its connection dropped when it owes replies for too long', async () => {
    await store.close()
    ;({ store, app } = openStore({ url: server.url, connectTimeout: 150 }))
    await ask(G1)
    server.pause()
    expect((await failure(read(50))).code).toBe('STORE_TIMEOUT')
    await until(async () => (await failure(read(50))).message.includes('it stopped answering'))
    server.resume()
    await until(() =>
      read().then(
        () => true,
        () => false,
      ),
    )
    await until(async () => (await server.connections()) === 1)
  })

  it('does not hold up a first call, nor an attempt to connect', async () => {
    server.pause()
    const slow = openStore({ url: server.url, connectTimeout: 10_000 }).store
    const fresh = openStore({ url: server.url, connectTimeout: 150 }).store
    const start = performance.now()
    expect((await failure(slow.read({ keys: ['n:k'] }, 50))).code).toBe('STORE_TIMEOUT')
    await slow.close()
    expect(performance.now() - start).toBeLessThan(5000)
    await until(async () => (await failure(fresh.read({ keys: ['n:k'] }, 50))).message.includes('150 ms of connecting'))
    const closing = performance.now()
    await fresh.close()
    expect(performance.now() - closing).toBeLessThan(5000)
  })
})

describe('a server that refuses', () => {
  it('writes for want of memory still invalidates and answers', async () => {
    await ask(G1)
    await server.control.config('SET', 'maxmemory', '1mb')
    expect(await failure(write())).toMatchObject({ code: 'STORE_FAILED', message: expect.stringContaining('OOM') })
    expect(await store.invalidate(invalidation(['a']), 1000)).toMatchObject({ clock: 2 })
    await server.control.del(`{${app}}:meta`)
    expect(await ask(G2)).toBe(G2)
  })

  it.each(['string', 'hash'])(
    'the meta key for a foreign %s: names the key, and recovers when it is deleted',
    async (type) => {
      const meta = `{${app}}:meta`
      if (type === 'string') await server.control.set(meta, 'their secret')
      else await server.control.hset(meta, 'their', 'secret')
      for (const call of [
        read(),
        ask(G1),
        store.invalidate(invalidation(['a']), 1000),
        store.read({ keys: [], names: ['a'] }, 1000),
      ]) {
        const error = await failure(call)
        expect(error.code).toBe('STORE_FAILED')
        expect(error.message).toContain(meta)
        expect(error.message).not.toContain('secret')
      }
      expect(await server.control.exists(meta)).toBe(1)
      await server.control.del(meta)
      expect(await ask(G1)).toBe(G1)
      await server.control.set(meta, 'x')
      expect((await failure(store.read({ keys: [], names: ['a'] }, 1000))).message).toContain(meta)
      expect((await failure(store.invalidate(invalidation(['a']), 1000))).message).toContain(meta)
    },
  )

  it('writes because it was demoted has its connection made again', async () => {
    await ask(G1)
    const connected = async (): Promise<number> =>
      Number(/total_connections_received:(\d+)/.exec(await server.control.info('stats'))?.[1])
    const before = await connected()
    await server.control.replicaof('127.0.0.1', await freePort())
    expect(await failure(store.invalidate(invalidation(['a']), 1000))).toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('READONLY'),
    })
    await until(async () => (await connected()) > before)
    await server.control.replicaof('NO', 'ONE')
    await until(() =>
      ask(G2).then(
        () => true,
        () => false,
      ),
    )
  })

  it('writes for want of a replica neither answers nor invalidates, until it has one', async () => {
    await ask(G1)
    await server.control.config('SET', 'min-replicas-to-write', '1')
    const refused = { code: 'STORE_FAILED', message: expect.stringContaining('NOREPLICAS') }
    expect(await failure(store.invalidate(invalidation(['a']), 1000))).toMatchObject(refused)
    await until(() =>
      ask(G2)
        .catch((error: Error) => error.message.includes('NOREPLICAS'))
        .then(Boolean),
    )
    await server.control.config('SET', 'min-replicas-to-write', '0')
    await until(async () => (await ask(G2).catch(() => '')) === G1)
  })

  it('a user who may not hear the channel, or run a command, in its own word only', async () => {
    await server.control.call('ACL', 'SETUSER', 'deaf', 'on', '>pa:ss@wo/rd', '~*', '+@all', 'resetchannels')
    const deaf = openStore(server.url.replace('//', `//deaf:${encodeURIComponent('pa:ss@wo/rd')}@`)).store
    const error = await failure(deaf.read({ keys: ['n:secret'] }, 1000))
    expect(error).toMatchObject({ code: 'STORE_FAILED', message: expect.stringContaining('NOPERM') })
    expect(error.message).not.toMatch(/secret|pa:ss/)
    await server.control.call('ACL', 'SETUSER', 'deaf', '&*', '-get')
    expect((await failure(deaf.read({ keys: ['n:secret'] }, 1000))).message).toContain('NOPERM')
    await server.control.call('ACL', 'SETUSER', 'deaf', '+get')
    await deaf.read({ keys: ['n:secret'] }, 1000)
    await deaf.close()
  })

  it('a wrong password without repeating it', async () => {
    await server.control.config('SET', 'requirepass', 'pa:ss@wo/rd#?')
    const wrong = openStore({ url: server.url, password: 'hunter2' }).store
    const error = await failure(wrong.read({ keys: ['n:k'] }, 1000))
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('WRONGPASS') })
    expect([error.message, error.stack, JSON.stringify(error), String(error.cause)].join()).not.toContain('hunter2')
    const right = openStore(server.url.replace('//', `//:${encodeURIComponent('pa:ss@wo/rd#?')}@`)).store
    await right.read({ keys: ['n:k'] }, 1000)
    await Promise.all([wrong.close(), right.close()])
  })
})
