import { setTimeout } from 'node:timers/promises'
import type { CacheStore, Claimed, ClaimRequest } from '@redstart/core'
import { expect } from 'vitest'
import { type ContractTest, contractTest } from './contract-test.ts'
import { bytesAt, entry, KEEP, randomGeneration, TIMEOUT } from './requests.ts'
import { eventually, randomApp } from './stores.ts'

const [ours, theirs] = [randomGeneration(), randomGeneration()]
const GRANTED = { granted: true, failures: 0 }

export const claimTests: readonly ContractTest[] = [
  contractTest('is granted to one holder, for its time', async ({ store, other }) => {
    expect(await claim(store, ours, { ttl: 60_000 })).toEqual(GRANTED)
    const refused = await claim(other, theirs)
    expect(refused).toMatchObject({ granted: false, paused: false })
    expect(remainingOf(refused)).toBeGreaterThan(30_000)
    expect(remainingOf(refused)).toBeLessThanOrEqual(60_000)
    expect(await claim(other, theirs, { path: 'n:another' })).toEqual(GRANTED)
  }),

  contractTest('is granted to exactly one of many that ask at once', async ({ store, other }) => {
    const claims = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => await claim(n % 2 === 0 ? store : other, randomGeneration())),
    )
    expect(claims.filter(({ granted }) => granted === true)).toHaveLength(1)
  }),

  contractTest('is renewed by its holder', async ({ store, other }) => {
    await claim(store, ours, { ttl: 200 })
    expect(await claim(store, ours, { ttl: KEEP })).toEqual(GRANTED)
    await setTimeout(300)
    expect(remainingOf(await claim(other, theirs))).toBeGreaterThan(60_000)
  }),

  contractTest('ends with its time', async ({ store, other }) => {
    await claim(store, ours, { ttl: 1000 })
    expect(await claim(other, theirs)).toMatchObject({ granted: false })
    await eventually(async () => (await claim(other, theirs)).granted === true, 'the end of a claim')
    expect(await claim(store, ours)).toMatchObject({ granted: false })
  }),

  contractTest('ends when its holder has loaded', async ({ store, other }) => {
    await claim(store, ours)
    await release(store, ours, 0)
    expect(await claim(other, theirs)).toEqual(GRANTED)
  }),

  contractTest('is not ended by who does not hold it', async ({ store, other }) => {
    await claim(store, ours)
    await release(other, theirs, 0)
    await release(other, theirs, KEEP)
    expect(await claim(other, theirs)).toMatchObject({ granted: false, paused: false })
    await release(store, ours, 0)
    // Nor is one that is not there begun.
    await release(store, ours, KEEP)
    expect(await claim(other, theirs, { patient: true })).toEqual(GRANTED)
  }),

  contractTest('after a failure pauses, for those that are patient', async ({ store, other }) => {
    await claim(store, ours)
    await release(store, ours, 60_000)
    for (const each of [store, other]) {
      const refused = await claim(each, theirs, { patient: true })
      expect(refused).toMatchObject({ granted: false, paused: true })
      expect(remainingOf(refused)).toBeGreaterThan(30_000)
      expect(remainingOf(refused)).toBeLessThanOrEqual(60_000)
    }
    // Its own token is no way around.
    expect(await claim(store, ours, { patient: true })).toMatchObject({ granted: false, paused: true })
    expect(await claim(other, theirs, { patient: false })).toEqual({ granted: true, failures: 1 })
    expect(await claim(store, ours, { patient: false })).toMatchObject({ granted: false, paused: false })
  }),

  contractTest('counts the failures in a row, until one succeeds', async ({ store, other }) => {
    for (const failures of [0, 1, 2]) {
      const patient = { patient: true, ttl: KEEP }
      await eventually(async () => {
        const claimed = await claim(failures % 2 === 0 ? store : other, ours, patient)
        if (claimed.granted === true) expect(claimed.failures).toBe(failures)
        return claimed.granted === true
      }, 'the end of a pause')
      await release(store, ours, 30)
    }
    await eventually(async () => (await claim(other, theirs, { patient: true })).granted === true, 'the end of a pause')
    expect(await claim(other, theirs)).toEqual({ granted: true, failures: 3 })
    await release(other, theirs, 0)
    expect(await claim(store, ours)).toEqual(GRANTED)
  }),

  contractTest('after a load of which nothing was stored need not be held, for a time', async ({ store, other }) => {
    await claim(store, ours)
    await release(other, theirs, 0, KEEP)
    expect(await claim(other, theirs)).toMatchObject({ granted: false })
    await release(store, ours, 0, 1500)
    // All of them at once, and nobody has it then.
    for (const each of [store, other, store]) expect(await claim(each, randomGeneration())).toEqual({ granted: 'open' })
    await eventually(async () => (await claim(other, theirs)).granted === true, 'the end of that time')
    expect(await claim(store, ours)).toMatchObject({ granted: false, paused: false })
  }),

  contractTest('is held by those that are patient even then, and a pause goes before it', async ({ store, other }) => {
    await claim(store, ours)
    await release(store, ours, 0, KEEP)
    expect(await claim(other, theirs, { patient: true })).toEqual(GRANTED)
    expect(await claim(store, ours)).toMatchObject({ granted: false, paused: false })
    await release(other, theirs, 60_000, KEEP)
    expect(await claim(store, ours, { patient: true })).toMatchObject({ granted: false, paused: true })
    expect(await claim(store, ours)).toEqual({ granted: true, failures: 1 })
  }),

  contractTest('is of one app, and is no entry', async ({ store, open }) => {
    const stranger = open(randomApp())
    await claim(store, ours)
    expect(await claim(stranger, theirs)).toEqual(GRANTED)
    expect(await bytesAt(store, 'n:k')).toBeUndefined()
    await store.write(entry('n:k', randomGeneration(), 1), TIMEOUT)
    expect(await claim(store, theirs)).toMatchObject({ granted: false })
    expect(await bytesAt(store, 'n:k')).toBeDefined()
  }),
]

function claim(store: CacheStore, token: string, more: Partial<ClaimRequest> = {}): Promise<Claimed> {
  return store.claim({ path: 'n:k', token, ttl: KEEP, patient: false, ...more }, TIMEOUT)
}

function release(store: CacheStore, token: string, pause: number, open: number = 0): Promise<void> {
  return store.release({ path: 'n:k', token, pause, open }, TIMEOUT)
}

function remainingOf(claimed: Claimed): number {
  return claimed.granted === false ? claimed.remaining : expect.fail('the claim was granted')
}
