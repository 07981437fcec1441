import { expect, test } from 'vitest'
import { type Outcome, type Part, runParts } from '../schedule.mjs'

const good = { ok: true, text: '' }
const bad = { ok: false, text: 'it is wrong' }

async function outcomesOf(parts: readonly Part[], width = 2): Promise<{ all: boolean; outcomes: Outcome[] }> {
  const outcomes: Outcome[] = []
  const all = await runParts(parts, width, (outcome) => outcomes.push(outcome))
  return { all, outcomes }
}

test('all good is good', async () => {
  const { all, outcomes } = await outcomesOf([
    { name: 'a', run: async () => good },
    { name: 'b', needs: ['a'], run: async () => good },
  ])
  expect(all).toBe(true)
  expect(outcomes.map(({ name }) => name)).toEqual(['a', 'b'])
})

test('a part that fails or throws fails the whole, and what needs it does not run', async () => {
  const { all, outcomes } = await outcomesOf([
    { name: 'a', run: async () => bad },
    { name: 'b', needs: ['a'], run: () => Promise.reject(new Error('must not run')) },
    { name: 'c', run: () => Promise.reject(new Error('broke')) },
    { name: 'd', run: async () => good },
  ])
  expect(all).toBe(false)
  const texts = Object.fromEntries(outcomes.map(({ name, ok, text }) => [name, ok ? 'good' : text]))
  expect(texts).toEqual({
    a: 'it is wrong',
    b: "not run, because 'a' failed",
    c: expect.stringContaining('broke'),
    d: 'good',
  })
})

test('no more run at a time than there are slots, and all slots are used', async () => {
  let now = 0
  let most = 0
  const parts = Array.from({ length: 7 }, (_, index) => ({
    name: `part ${index}`,
    run: async () => {
      most = Math.max(most, (now += 1))
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      return good
    },
  }))
  expect((await outcomesOf(parts, 3)).all).toBe(true)
  expect(most).toBe(3)
})
