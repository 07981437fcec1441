import { expect, it } from 'vitest'
import { next } from '../src/next/next.ts'
import { SHORT } from '../src/rounds.ts'

// That it runs, and what it counts; how long anything takes is for the real run.
it(
  'the benchmark of Next.js measures every row, and a tag is invalidated by one script',
  { timeout: 600_000 },
  async () => {
    const rows = await next.run(SHORT)
    for (const { name, results } of rows)
      for (const result of results) expect(result.figure, `${name}, ${result.name}`).not.toBeNaN()
    expect(rows.find(({ name }) => name.endsWith('commands'))?.results[0]).toMatchObject({
      name: 'Redstart',
      figure: 1,
    })
  },
)
