import {
  type CommandCounter,
  countCommands,
  countTrips,
  type RedisServer,
  startRedis,
  type TripCounter,
} from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SessionStore } from '../../src/session/session-store.ts'
import { committing, HOUR, load, make, ofUser, openSessions, rotating, TIMEOUT, word } from './open-sessions.ts'

let server: RedisServer
let trips: TripCounter
let commands: CommandCounter
let store: SessionStore
beforeAll(async () => {
  server = await startRedis()
  trips = await countTrips(server.url)
  commands = await countCommands(server.url)
  store = openSessions(trips.url).store
})
afterAll(async () => {
  await store.close()
  commands.close()
  await trips.close()
  await server.stop()
})

/** Each operation, which is given a session of its own. */
const operations: Readonly<Record<string, () => Promise<() => Promise<unknown>>>> = {
  'a creation': async () => async () => await make(store),
  'a load': async () => {
    const made = await make(store)
    return async () => await load(store, made, { touchAfter: 0 })
  },
  'a commit': async () => {
    const made = await make(store)
    return async () => await store.commit(committing(made), TIMEOUT)
  },
  'a rotation': async () => {
    const made = await make(store)
    return async () => await store.rotate(rotating(made), TIMEOUT)
  },
  'an end': async () => {
    const made = await make(store)
    return async () => await store.end({ ...made, grace: HOUR }, TIMEOUT)
  },
  'a revocation': async () => {
    const made = await make(store)
    return async () => await store.revoke({ addresses: [made.address, ofUser(addressTag(made.address))] }, TIMEOUT)
  },
  'an admission': async () => async () => await store.admit({ client: word(), limit: 3, window: HOUR }, TIMEOUT),
}

function addressTag(address: { readonly kind: string; readonly tag?: string }): string {
  return address.tag ?? ''
}

it.each(Object.keys(operations))('%s is one script and one trip', async (name) => {
  await (
    await operations[name]?.()
  )?.()
  const act = await operations[name]?.()
  await commands.settled()
  commands.reset()
  trips.reset()
  await act?.()
  await commands.settled()
  expect(commands.commands().map(([command]) => command?.toLowerCase())).toEqual(['evalsha'])
  expect(trips.trips()).toBe(1)
})

it('a revocation of all of a user is one script, and one command that nobody waits for', async () => {
  const { address } = await make(store)
  await store.revokeAll({ tag: word() }, TIMEOUT)
  await commands.settled()
  commands.reset()
  await store.revokeAll({ tag: addressTag(address) }, TIMEOUT)
  await store.time(TIMEOUT)
  await commands.settled()
  expect(commands.commands().map(([command]) => command?.toLowerCase())).toEqual(['evalsha', 'unlink', 'time'])
})

it('a list is two scripts, whatever the number of sessions', async () => {
  const tag = word()
  for (let n = 0; n < 20; n += 1) await make(store, { address: ofUser(tag) })
  await store.list(tag, TIMEOUT)
  await commands.settled()
  commands.reset()
  expect(await store.list(tag, TIMEOUT)).toHaveLength(20)
  await commands.settled()
  expect(commands.commands().map(([command]) => command?.toLowerCase())).toEqual(['evalsha', 'evalsha'])
})

it('scripts that Redis has forgotten are sent again, once', async () => {
  const made = await make(store)
  await server.command('SCRIPT', 'FLUSH')
  await commands.settled()
  commands.reset()
  expect(await load(store, made)).toMatchObject({ kind: 'loaded' })
  expect(await load(store, made)).toMatchObject({ kind: 'loaded' })
  await commands.settled()
  expect(commands.commands().map(([command]) => command?.toLowerCase())).toEqual(['evalsha', 'eval', 'evalsha'])
})
