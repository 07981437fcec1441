import { expect, it } from 'vitest'
import { limits } from '../src/limits/limits.ts'
import { SHORT } from '../src/rounds.ts'

it('measures the limits of everybody', { timeout: 60_000 }, async () => {
  const rows = await limits.run(SHORT)
  for (const { results } of rows)
    for (const { figure, ratio } of results) expect([figure > 0, ratio > 0]).toEqual([true, true])
  const admitted = rows.filter(({ name }) => name.startsWith('admitted'))
  expect(admitted.map(({ results }) => results[0]?.figure)).toEqual([500, 500, 500])
  expect(rows.find(({ name }) => name === 'memory of one key')?.results).toHaveLength(6)
})
