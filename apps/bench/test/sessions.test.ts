import { expect, it } from 'vitest'
import { SHORT } from '../src/rounds.ts'
import { sessionsIn } from '../src/sessions/sessions.ts'

// That it runs, and what it counts; how long anything takes is for the real run.
it('the benchmark of sessions measures every row, at half the commands of a store that touches', async () => {
  const rows = await sessionsIn(['Express', 'Hono']).run(SHORT)
  for (const { name, results } of rows)
    for (const result of results) expect(result.figure, `${name}, ${result.name}`).not.toBeNaN()
  const commands = rows.find(({ name }) => name === 'Express, read-only page: commands')?.results
  expect(commands?.map(({ figure }) => figure)).toEqual([1, 2, 1])
})
