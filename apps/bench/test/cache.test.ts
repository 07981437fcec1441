import { expect, it } from 'vitest'
import { cache } from '../src/cache/cache.ts'
import { markdownOf, replaced } from '../src/publish.ts'
import { SHORT } from '../src/rounds.ts'

// That it runs, and what it counts; how long anything takes is for the real run.
it('the benchmark of caches measures every row, and makes its table', async () => {
  const rows = await cache.run(SHORT)
  for (const { name, results } of rows)
    for (const result of results) expect(result.figure, `${name}, ${result.name}`).not.toBeNaN()
  const figures = (row: string): unknown => rows.find(({ name }) => name.startsWith(row))?.results[0]?.figure
  expect(figures('many(100), round trips')).toBe(1)
  expect(figures('100 concurrent misses')).toBe(1)
  const table = markdownOf(cache, rows)
  expect(table.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(rows.length + 2)
  const page = replaced('before\n<!-- bench:cache -->\nold\n<!-- /bench -->\nafter', 'cache', table)
  expect(page).toMatch(/^before\n/)
  expect(page).toContain(table)
  expect(page).not.toContain('old')
  expect(page).toMatch(/<!-- \/bench -->\nafter$/)
})
