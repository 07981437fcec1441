import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { type ContractTest, contractTest } from './contract-test.ts'
import { ask, entry, hard, question, randomGeneration, snapshotOf, TIMEOUT } from './requests.ts'

export const generationTests: readonly ContractTest[] = [
  contractTest('is started by the first question, and no second candidate is taken', async ({ store, other }) => {
    const candidate = randomGeneration()
    const first = await ask(store, candidate)
    expect(first).toMatchObject({ generation: candidate, clock: 1 })
    expect(await ask(other)).toMatchObject({ generation: candidate, clock: first.clock })
    expect(await ask(store)).toMatchObject({ generation: candidate, clock: first.clock })
  }),

  contractTest('is one for all that ask at once', async ({ store, other }) => {
    const candidates = Array.from({ length: 20 }, () => randomGeneration())
    const answers = await Promise.all(
      candidates.map(async (candidate, n) => await ask(n % 2 === 0 ? store : other, candidate)),
    )
    const generations = new Set(answers.map(({ generation }) => generation))
    expect(generations.size).toBe(1)
    expect(candidates).toContain([...generations][0])
    expect(new Set(answers.map(({ clock }) => clock)).size).toBe(1)
  }),

  contractTest('is not started by reads without a question, nor by writes', async ({ store }) => {
    const generation = randomGeneration()
    expect((await store.read({ keys: ['n:k'], names: ['t:x'] }, TIMEOUT)).snapshot).toBeUndefined()
    expect(await store.write(entry('n:k', generation, 7), TIMEOUT)).toBe('stored')
    const { entries, snapshot } = await store.read({ keys: ['n:k'], names: ['k:n:k'] }, TIMEOUT)
    expect([entries[0] === undefined, snapshot]).toEqual([false, undefined])
    const candidate = randomGeneration()
    expect((await ask(store, candidate)).generation).toBe(candidate)
  }),

  contractTest('is started by an invalidation where there is none, and by one only', async ({ store, other }) => {
    const candidate = randomGeneration()
    const first = await store.invalidate(hard(['t:x'], { candidate }), TIMEOUT)
    expect(first).toEqual({ generation: candidate, previous: first.clock - 1, clock: first.clock })
    const second = await other.invalidate(hard(['t:x']), TIMEOUT)
    expect(second).toEqual({ generation: candidate, previous: first.clock, clock: first.clock + 1 })
    expect(await ask(store)).toMatchObject({ generation: candidate, clock: second.clock })
  }),

  contractTest('outlives a later request to keep it for less', async ({ store }) => {
    const { generation } = await ask(store)
    await store.read({ keys: [], question: question(randomGeneration(), 20) }, TIMEOUT)
    await store.invalidate(hard(['t:x'], { keep: 20 }), TIMEOUT)
    await setTimeout(100)
    expect((await snapshotOf(store, [])).generation).toBe(generation)
  }),

  contractTest('is kept for longer when a question or an invalidation says so', async ({ store, open: openStore }) => {
    const renewed = { byQuestion: store, byInvalidation: openStore(`${randomGeneration()}-b`) }
    const candidate = randomGeneration()
    // Long enough for the second request to come in time on a busy machine.
    for (const each of Object.values(renewed))
      await each.read({ keys: [], question: question(candidate, 1500) }, TIMEOUT)
    await renewed.byQuestion.read({ keys: [], question: question() }, TIMEOUT)
    await renewed.byInvalidation.invalidate(hard(['t:x']), TIMEOUT)
    const before = await Promise.all(
      Object.values(renewed).map(async (each) => (await snapshotOf(each, [])).generation),
    )
    await setTimeout(1600)
    const after = await Promise.all(Object.values(renewed).map(async (each) => (await snapshotOf(each, [])).generation))
    expect(after).toEqual(before)
  }),
]

export const answerTests: readonly ContractTest[] = [
  contractTest("tells the backend's time", async ({ store, backend }) => {
    await ask(store)
    const before = await backend.now()
    const first = (await ask(store)).time
    const second = (await ask(store)).time
    const after = await backend.now()
    expect(first).toBeGreaterThanOrEqual(before - 1000)
    expect(second).toBeGreaterThanOrEqual(first)
    expect(after + 1000).toBeGreaterThanOrEqual(second)
  }),

  contractTest('and a snapshot of the same read agree', async ({ store }) => {
    await store.invalidate(hard(['t:x']), TIMEOUT)
    const request = entry('n:k', randomGeneration(), 1)
    await store.write(request, TIMEOUT)
    const { entries, snapshot, answer } = await store.read(
      { keys: ['n:k'], names: ['t:x', 't:y'], question: question() },
      TIMEOUT,
    )
    expect(entries[0]?.length).toBe(request.bytes.length)
    expect(snapshot).toMatchObject({ generation: answer?.generation, clock: answer?.clock, floor: 0 })
    expect([...(snapshot?.markers.keys() ?? [])]).toEqual(['t:x'])
  }),
]
