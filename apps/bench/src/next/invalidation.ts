import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Row } from '../benchmark.ts'
import type { Invalidated } from './invalidating.ts'
import type { Stack } from './next-server.ts'

/** What is run is what the compiler wrote. */
const PROGRAM = join(import.meta.dirname, '../../dist/next/invalidating.js')

/** How long a tag of very many pages takes to be invalidated, and how many commands that is. */
export async function invalidation(
  stacks: readonly Stack[],
  url: string,
  pages: number,
  rounds: number,
): Promise<readonly Row[]> {
  const results: Invalidated[] = []
  for (const stack of stacks) results.push(await invalidatedBy(stack, url, pages, rounds))
  const row = (name: string, unit: 'time' | 'count', of: (result: Invalidated) => number): Row => {
    const first = results[0] === undefined ? Number.NaN : of(results[0])
    return {
      name,
      unit,
      results: results.map((each, n) => ({ name: stacks[n]?.name ?? '', figure: of(each), ratio: of(each) / first })),
    }
  }
  return [
    row(`a tag of ${pages} pages: invalidated in`, 'time', ({ time }) => time),
    row(`a tag of ${pages} pages: commands`, 'count', ({ commands }) => commands),
  ]
}

async function invalidatedBy({ name, cache }: Stack, url: string, pages: number, rounds: number): Promise<Invalidated> {
  const child = fork(PROGRAM, [cache, url, `${pages}`, `${rounds}`], { execArgv: [] })
  const exited = once(child, 'exit')
  const ended = exited.then(() => Promise.reject(new Error(`the invalidation with ${name} failed`)))
  const [invalidated] = (await Promise.race([once(child, 'message'), ended])) as [Invalidated] // What it sends.
  ended.catch(() => undefined)
  child.disconnect()
  await exited
  return invalidated
}
