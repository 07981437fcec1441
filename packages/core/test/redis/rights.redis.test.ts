import { type RedisServer, startRedis } from '@redstart/testing'
import { describeCacheStore } from '@redstart/testing/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CacheStore, Hint } from '../../src/cache/cache-store.ts'
import { glob } from '../../src/cache/glob.ts'
import { RedstartError } from '../../src/errors.ts'
import { redis } from '../../src/redis/index.ts'
import { entry, G1, invalidation, openStore, until } from './server.ts'
import { documentedRights } from './rights.ts'

const { always, tracking } = documentedRights('*-*')
const password = 'se:cr@et'

let server: RedisServer
beforeAll(async () => {
  const users = [
    `user least >${password} ${always.join(' ')}`,
    `user told >${password} ${[...always, ...tracking].join(' ')}`,
  ]
  server = await startRedis({ users: ['user default off', ...users] })
})
afterAll(async () => await server.stop())

const connection = (username = 'least'): { url: string; username: string; password: string } => ({
  url: server.url,
  username,
  password,
})

describeCacheStore('Redis, as a user with just enough rights', async (options) => ({
  backend: redis({ ...connection('told'), ...options }),
  // Redis's reply has the seconds first.
  now: async () => Number(((await server.command('TIME')) as string[])[0]) * 1000,
  foreign: async (app, path, bytes) =>
    await (bytes ? server.command('SET', `${app}:${path}`, bytes) : server.command('DEL', `${app}:${path}`)),
  dispose: async () => {},
}))

describe('a user with just enough rights', () => {
  it('is refused the keys of another app', async () => {
    const { store } = openStore(connection(), 'other')
    await expect(store.read({ keys: ['n:k'] }, 2000)).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('NOPERM'),
    })
    await store.close()
  })

  const commands = always.filter((right) => /^\+\w/.test(right))

  it.each(commands)('needs %s', async (command) => {
    const username = `without-${command.slice(1)}`
    await server.command('ACL', 'SETUSER', username, `>${password}`, ...always, `-${command.slice(1)}`)
    const { store } = openStore({ ...connection(username), connectTimeout: 500, markers: 1 }, `contract-${username}`)
    expect(await everything(store).catch((error: unknown) => RedstartError.is(error) && error.code)).not.toBe('done')
    await store.close()
  })

  it('can do everything that the others could not', async () => {
    const { store } = openStore({ ...connection(), markers: 1 }, 'contract-whole')
    expect(await everything(store)).toBe('done')
    await store.close()
  })
})

/** Uses all that a store does; `done` when all of it had its effect. */
async function everything(store: CacheStore): Promise<string> {
  const heard: Hint[] = []
  store.subscribe((hint) => heard.push(hint))
  const question = { candidate: G1, keep: 60_000 }
  for (let n = 0; n < 2; n += 1) await store.read({ keys: [], names: ['a'], question }, 2000)
  await store.write({ key: 'n:k', bytes: entry(G1, 2), ttl: 60_000, generation: G1, clock: 2 }, 2000)
  if ((await store.read({ keys: ['n:k'] }, 2000)).entries[0] === undefined) return 'nothing was stored'
  if ((await store.read({ keys: ['n:k', 'n:none'] }, 2000)).entries[0] === undefined) return 'several could not be read'
  const lower = { key: 'n:k', bytes: entry(G1, 1), ttl: 60_000, generation: G1, clock: 1 }
  if ((await store.write(lower, 2000)) === 'stored') return 'a lower clock was not seen'
  const life = { freshUntil: 5, staleUntil: 6, ttl: 60_000 }
  if (!(await store.touch({ key: 'n:k', generation: G1, clock: 2, ...life }, 2000))) return 'nothing was touched'
  const found = []
  for await (const paths of store.scan({ match: glob.compile('n:*') }, 2000)) found.push(...paths)
  if (found[0] !== 'n:k') return 'nothing was found'
  for (let n = 0; n < 2; n += 1) await store.invalidate(invalidation([`k:n:a${n}`], { unlink: ['n:k'] }), 2000)
  const { snapshot } = await store.read({ keys: [], names: ['k:n:a0', 'k:n:a1'] }, 2000)
  if (snapshot?.markers.size !== 1) return 'nothing was pruned'
  if ((await store.read({ keys: ['n:k'] }, 2000)).entries[0] !== undefined) return 'nothing was unlinked'
  await until(() => heard.length === 2, 3000)
  return 'done'
}
