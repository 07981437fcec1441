import { expect, it } from 'vitest'
import { httpIn } from '../src/http/http.ts'
import { SHORT } from '../src/rounds.ts'

// That it runs, and what it counts; how long anything takes is for the real run.
it('the benchmark of cached pages measures every row, at no command from memory and one handler', async () => {
  const rows = await httpIn(['Express', 'Koa', 'Fastify', 'Hono']).run(SHORT)
  for (const { name, results } of rows)
    for (const result of results) expect(result.figure, `${name}, ${result.name}`).not.toBeNaN()
  const figures = (what: string): unknown =>
    rows.filter(({ name }) => name.endsWith(what)).map(({ results }) => results[0]?.figure)
  expect(figures('hit: commands')).toEqual([0, 0, 0, 0])
  expect(figures('hit in Redis: commands')).toEqual([1, 1, 1, 1])
  expect(figures('handler runs')).toEqual([1, 1, 1, 1])
})
