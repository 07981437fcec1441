import { expect } from 'vitest'
import { act, after, dish, type Stage, type Step } from '../stage.ts'

/**
 * With `partialPrefetching` the first request for a page of a route is answered by what all pages of it begin with, and the
 * rest as it comes; the page as a whole is rendered behind that.
 */
export const partial: readonly Step[] = [
  { name: '6. a page that the build made does not fail, and is shared', run: (stage) => shared(stage, 'soup') },
  {
    name: '1. a page that A rendered is a hit on B in the end, and what it is made of at once',
    run: (stage) => shared(stage, 'one'),
  },
  { name: '2. updateTag() drops a page everywhere', run: (stage) => dropped(stage, 'two', 'update', 'dish:two') },
  {
    name: '5. revalidatePath() of the route does not make it fail',
    run: (stage) => dropped(stage, 'five', 'page', '/dish/[slug]'),
  },
]

async function shared(stage: Stage, slug: string): Promise<void> {
  const { a, b } = stage
  for (const instance of [a, b])
    expect(await dish(stage, instance, slug)).toMatchObject({ status: 200, stamp: 'A:1', version: '1' })
  for (const instance of [b, a])
    await expect.poll(() => dish(stage, instance, slug)).toMatchObject({ status: 200, cache: 'HIT', stamp: 'A:1' })
}

async function dropped(stage: Stage, slug: string, how: string, what: string): Promise<void> {
  const { a, b, database } = stage
  await shared(stage, slug)
  database.set(slug, '2')
  await act(stage, a, how, what)
  expect(await dish(stage, a, slug)).toMatchObject({ status: 200, stamp: 'A:2', version: '2' })
  await after(stage, () => dish(stage, b, slug), { status: 200, stamp: 'A:2', version: '2' })
}
