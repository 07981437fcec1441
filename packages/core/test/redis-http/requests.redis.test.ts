import { expect, it } from 'vitest'
import { systemClock } from '../../src/index.ts'
import { redisHttp } from '../../src/redis-http/index.ts'
import { restPlace, TIMEOUT } from './rest-place.ts'

const place = restPlace()
const question = { candidate: '1'.repeat(32), keep: 60_000 }
const invalidation = {
  ...question,
  names: ['t:x', 'k:n:a'],
  kind: 'hard',
  deadline: Infinity,
  unlink: ['n:a'],
} as const

/** How many requests something takes, once the server has its scripts. */
async function requestsOf(act: () => Promise<unknown>): Promise<number> {
  await act()
  const before = place.rest.requests
  await act()
  return place.rest.requests - before
}

it('each call is one request', async () => {
  const store = place.open('requests')
  const write = { key: 'n:a', bytes: Uint8Array.of(0xc1), ttl: 1000, generation: '1'.repeat(32), clock: 1 }
  const calls: readonly (() => Promise<unknown>)[] = [
    () => store.read({ keys: ['n:a'] }, TIMEOUT),
    () => store.read({ keys: ['n:a', 'n:b'] }, TIMEOUT),
    () => store.read({ keys: ['n:a', 'n:b'], names: ['t:x', 't:y'], question }, TIMEOUT),
    () => store.write(write, TIMEOUT),
    () => store.invalidate(invalidation, TIMEOUT),
    () => store.claim({ path: 'n:a', token: 'mine', ttl: 1000, patient: false }, TIMEOUT),
    () => store.remove(['n:a', 'n:b'], TIMEOUT),
  ]
  for (const call of calls) expect(await requestsOf(call)).toBe(1)
})

it('calls of one moment share requests, and each has its own reply', async () => {
  const store = place.open('shared')
  const keys = Array.from({ length: 300 }, (_, n) => `n:${n}`)
  for (const key of keys) await place.server.command('SET', `shared:${key}`, key)
  const before = place.rest.requests
  const replies = await Promise.all(keys.map((key) => store.read({ keys: [key] }, TIMEOUT)))
  expect(replies.map(({ entries: [bytes] }) => bytes && String(bytes))).toEqual(keys)
  expect(place.rest.requests - before).toBe(3)
})

it('a call that fails, or ends early, does nothing to those beside it', async () => {
  const store = place.open('beside')
  await place.server.command('LPUSH', '{beside}:meta', 'foreign')
  // Whether who has no time at all is answered is a matter of luck.
  const [wrong, , right] = await Promise.allSettled([
    store.invalidate(invalidation, TIMEOUT),
    store.read({ keys: ['n:a'] }, 0),
    store.read({ keys: ['n:b'] }, TIMEOUT),
  ])
  expect([wrong.status, right.status]).toEqual(['rejected', 'fulfilled'])
})

it('what is large goes alone', async () => {
  const store = place.open('large')
  const write = { key: 'n:a', bytes: new Uint8Array(60_000), ttl: 1000, generation: '1'.repeat(32), clock: 1 }
  const writes = (): Promise<unknown> =>
    Promise.all(['n:a', 'n:b', 'n:c'].map((key) => store.write({ ...write, key }, TIMEOUT)))
  expect(await requestsOf(writes)).toBe(3)
})

it('a session that is loaded or committed is one request, and listening is none', async () => {
  const { url, token } = place.rest
  const sessions = redisHttp({ url, token }).sessions?.({ app: 'sessions', clock: systemClock() }, { namespace: 'web' })
  if (sessions === undefined) return expect.fail('it keeps sessions')
  const address = { kind: 'user', tag: 'tag', sid: 'sid' } as const
  const before = place.rest.requests
  sessions.subscribe(() => {})
  expect(place.rest.requests).toBe(before)
  const load = { address, verifier: 'v', grace: 1000, readOnly: false }
  expect(await requestsOf(() => sessions.load(load, TIMEOUT))).toBe(1)
  const commit = { address, verifier: 'v', grace: 1000, changes: [], touch: true, until: Number.MAX_SAFE_INTEGER }
  expect(await requestsOf(() => sessions.commit(commit, TIMEOUT))).toBe(1)
  await sessions.close()
})
